//! Post-renderers: programs and plugins that get what was rendered and give back what is used instead.
//!
//! As Helm 4 has it, hooks included: every document says in an annotation which template it comes from, so that what
//! comes back is told apart again. Helm: pkg/action/action.go and pkg/postrenderer.

mod documents;

use ::plugin::{Call, Plugin, Stderr, Variables};
use value::{Str, quote::quote};

use crate::{Error, ErrorKind};

/// More than this no post-renderer gives back.
const MAX_OUTPUT: u64 = 512 << 20;

/// A post-renderer, ready to run.
#[derive(Clone, Debug)]
pub struct PostRenderer {
    renderer: Renderer,
    /// `--post-renderer-args`
    pub arguments: Vec<String>,
    variables: Variables,
}

#[derive(Clone, Debug)]
enum Renderer {
    Plugin(Box<Plugin>),
    /// As in Helm 3.
    Program(String),
}

impl PostRenderer {
    /// The plugin of this name, or the program at this path or in a folder of `PATH`; nothing where there is none.
    pub fn find(name: &str, plugins: &[Plugin], variables: Variables) -> Option<PostRenderer> {
        let plugin = plugins.iter().find(|plugin| plugin.name == name && plugin.type_name() == "postrenderer/v1");
        let renderer = match plugin {
            Some(plugin) => Renderer::Plugin(Box::new(plugin.clone())),
            None => {
                let found = Call::of_program(name, &[], variables.clone()).found()?;
                let is_file = std::fs::metadata(&found).is_ok_and(|kind| kind.is_file());
                Renderer::Program(if is_file { source::path::absolute(&found) } else { return None })
            }
        };
        Some(PostRenderer { renderer, arguments: Vec::new(), variables })
    }

    fn run(&self, manifests: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |text: String| Error::new(ErrorKind::Plugin, text);
        let variables = self.variables.clone();
        let (name, call) = match &self.renderer {
            Renderer::Plugin(plugin) => (plugin.name.clone(), plugin.main_call(&self.arguments, variables)),
            Renderer::Program(program) => (program.clone(), Ok(Call::of_program(program, &self.arguments, variables))),
        };
        let shown = quote(name.as_bytes());
        let invoked = |text: String| match self.renderer {
            Renderer::Plugin(_) => format!("failed to invoke post-renderer plugin {shown}: {text}"),
            Renderer::Program(_) => text,
        };
        let ran = call
            .and_then(|call| call.run_kept(Some(manifests), Stderr::Kept, MAX_OUTPUT))
            .map_err(|error| Error::from(error).map_message(invoked))?;
        let said = String::from_utf8_lossy(&ran.stderr).trim_end().to_owned();
        if ran.exit != 0 {
            let hint = if said.is_empty() { "it says nothing".to_owned() } else { format!("it says: {said}") };
            return Err(match &self.renderer {
                Renderer::Plugin(_) => failed(invoked(format!("plugin {shown} exited with error"))).hinted(hint),
                Renderer::Program(program) => {
                    let said = String::from_utf8_lossy(&ran.stderr);
                    let text = format!(
                        "error while running command {program}. error output:\n{said}: exit status {}",
                        ran.exit
                    );
                    failed(text)
                }
            });
        }
        if ran.stdout.trim_ascii().is_empty() {
            let error = failed(format!("post-renderer {shown} produced empty output"));
            return Err(if said.is_empty() { error } else { error.hinted(format!("it says: {said}")) });
        }
        Ok(ran.stdout)
    }

    /// Sends rendered files through it. Notes are no manifests, and stay as they are.
    pub(crate) fn apply(&self, files: Vec<(String, Str)>) -> Result<Vec<(String, Str)>, Error> {
        let is_notes = |path: &String| path.ends_with("NOTES.txt");
        let (mut kept, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| is_notes(path));
        let merged = documents::merge(files).map_err(|error| error.during("error merging manifests"))?;
        let rendered = self.run(&merged).map_err(|error| error.during("error while running post render on files"))?;
        let rendered =
            documents::split(&rendered).map_err(|error| error.during("error while parsing post rendered output"))?;
        kept.extend(rendered);
        Ok(kept)
    }
}
