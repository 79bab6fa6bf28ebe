//! Renders all templates of a chart, in Helm's order.

use std::rc::Rc;

use chart::{Capabilities, Chart};
use template::{Budget, Limits, MissingKey, Origin, Surroundings, Templates};
use value::{Map, Str, Value};

use crate::{
    Error,
    functions::{State, functions},
    top::{self, Renderable, Shared},
};

/// `.Release`, as far as it varies.
#[derive(Clone, Debug)]
pub struct Release {
    /// `.Release.Name`
    pub name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.Revision`
    pub revision: i64,
    /// `.Release.IsUpgrade`; `.Release.IsInstall` is its opposite.
    pub is_upgrade: bool,
}

/// Gives live objects to the template function `lookup`.
pub trait Lookup {
    /// The object, or with an empty name the list, as a map; an empty map where it does not exist.
    /// An error is the Go error's text.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Map, String>;
}

/// Whether `required` and `fail` end a render.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They do.
    Render,
    /// They only warn, and `lookup` finds nothing.
    Lint,
}

/// How to render.
pub struct RenderOptions<'a> {
    /// `.Release`
    pub release: Release,
    /// `.Capabilities`
    pub capabilities: &'a Capabilities,
    /// Whether `required` and `fail` end the render.
    pub mode: Mode,
    /// Whether a missing key of a map is an error.
    pub strict: bool,
    /// Live objects; without them `lookup` finds nothing.
    pub lookup: Option<Rc<dyn Lookup>>,
    /// Clock, randomness, names.
    pub surroundings: &'a dyn Surroundings,
    /// What the render may use up.
    pub limits: Limits,
}

/// What a render noticed without ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// `required` found nothing, in lint mode.
    MissingRequired {
        /// The message that `required` was given.
        message: String,
        /// Whether the value was nil rather than empty.
        nil: bool,
    },
    /// `fail` was called, in lint mode.
    Failed {
        /// The message that `fail` was given.
        message: String,
    },
}

/// A rendered chart.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Path and content of each template that is not a partial, in the order of rendering. `NOTES.txt` is among them.
    pub files: Vec<(String, Str)>,
    /// What the render noticed.
    pub warnings: Vec<Warning>,
}

/// Renders a chart whose dependencies have been processed and whose values have been merged.
///
/// All templates are parsed before the first is executed; deeper paths first, and within a depth from z to a
/// (Helm: `pkg/engine/engine.go`, `sortTemplates`), because a later definition replaces an earlier one.
///
/// Fails at the first template that cannot be parsed or executed.
pub fn render(chart: &Chart, values: Map, options: &RenderOptions<'_>) -> Result<Rendered, Error> {
    let Ready { state, templates, renderables } = ready(chart, values, options)?;
    let budget = Budget::new(options.limits);
    let mut files = Vec::with_capacity(renderables.len());
    let mut buffer = Vec::new();
    for renderable in renderables.iter().filter(|renderable| !is_partial(&renderable.path)) {
        let content = execute(&templates, renderable, &budget, options.surroundings, &mut buffer)
            .map_err(|error| error.noticed(state.warnings.take()))?;
        files.push((renderable.path.clone(), content));
    }
    let warnings = state.warnings.take();
    Ok(Rendered { files, warnings })
}

/// The line of a template that writes line `line` (from 1) of the file `path`, which is `text`.
///
/// Renders the file once more; nothing where it does not come out the same.
pub fn origin(
    chart: &Chart,
    values: Map,
    options: &RenderOptions<'_>,
    (path, line, text): (&str, usize, &[u8]),
) -> Option<Origin> {
    let Ready { templates, renderables, .. } = ready(chart, values, options).ok()?;
    let renderable = renderables.iter().find(|renderable| renderable.path == path)?;
    renderable.describe();
    let top = Value::Map(renderable.top.clone());
    let budget = Budget::new(options.limits);
    let (output, origins) = templates.execute_traced(path, &top, &budget, options.surroundings).ok()?;
    let start = match line.checked_sub(1)? {
        0 => 0,
        before => memchr::memchr_iter(b'\n', &output).nth(before - 1)? + 1,
    };
    let written = output.get(start..)?.split(|byte| *byte == b'\n').next()?;
    let blanks = written.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let same = *crate::without_no_value(written) == *text;
    if same { origins.of(start + blanks) } else { None }
}

/// A chart with all templates parsed.
struct Ready {
    state: Rc<State>,
    templates: Templates,
    renderables: Vec<Renderable>,
}

fn ready(chart: &Chart, values: Map, options: &RenderOptions<'_>) -> Result<Ready, Error> {
    let shared = Shared {
        release: top::release(&options.release, options.mode),
        capabilities: crate::capabilities::capabilities(options.capabilities),
    };
    let mut renderables = Vec::new();
    top::collect(chart, chart.name(), values, &shared, &mut renderables);
    let renderables = in_order(renderables);

    let state = Rc::new(State::new(options.mode, options.lookup.clone()));
    let missing_key = if options.strict { MissingKey::Error } else { MissingKey::Zero };
    let mut templates = Templates::new(functions(&state), missing_key);
    for renderable in &renderables {
        templates
            .parse(&renderable.path, renderable.text.clone())
            .map_err(|error| Error::parse(&renderable.path, error))?;
    }
    Ok(Ready { state, templates, renderables })
}

fn execute(
    templates: &Templates,
    renderable: &Renderable,
    budget: &Budget,
    surroundings: &dyn Surroundings,
    buffer: &mut Vec<u8>,
) -> Result<Str, Error> {
    renderable.describe();
    let top = Value::Map(renderable.top.clone());
    *buffer = templates
        .execute_in(std::mem::take(buffer), (&renderable.path, &top), budget, surroundings)
        .map_err(Error::execute)?;
    Ok(Str::from(&*crate::without_no_value(buffer)))
}

/// Sorts by depth and then by name, backwards; of two templates with one path the later one counts.
fn in_order(renderables: Vec<Renderable>) -> Vec<Renderable> {
    let mut ordered: Vec<Renderable> = Vec::with_capacity(renderables.len());
    let mut by_path = std::collections::HashMap::new();
    for renderable in renderables {
        match by_path.get(&renderable.path).and_then(|index: &usize| ordered.get_mut(*index)) {
            Some(earlier) => *earlier = renderable,
            None => {
                by_path.insert(renderable.path.clone(), ordered.len());
                ordered.push(renderable);
            }
        }
    }
    let depth = |path: &str| path.bytes().filter(|byte| *byte == b'/').count();
    ordered.sort_by(|a, b| (depth(&b.path), &b.path).cmp(&(depth(&a.path), &a.path)));
    ordered
}

fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|base| base.starts_with('_'))
}
