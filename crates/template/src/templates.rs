//! A set of templates that can execute each other.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use value::{Str, Value};

use crate::{
    Budget, Error, Failure, Functions, Origins, Surroundings,
    execute::Machine,
    parse::parse,
    tree::{Source, Tree},
};

/// What looking up a missing key of a map gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// Nothing, which prints as `<no value>` (`missingkey=default`).
    #[default]
    Default,
    /// The zero value of the map's elements (`missingkey=zero`).
    Zero,
    /// An error (`missingkey=error`).
    Error,
}

/// The name of the set, under which texts given to [`crate::Executor::execute_text`] are parsed; Helm:
/// pkg/engine/engine.go.
const ROOT: &str = "gotpl";

/// A set of templates, and what they can call.
pub struct Templates {
    root: Str,
    functions: Functions,
    missing_key: MissingKey,
    trees: HashMap<Str, Rc<Tree>>,
    /// The texts that do nothing but define templates, by their lengths: subcharts bring the same library again and again.
    libraries: HashMap<usize, Vec<Library>>,
    texts: RefCell<Texts>,
}

/// The templates of a text that was given to `tpl`.
pub(crate) struct Layer {
    pub(crate) main: Rc<Tree>,
    /// Those that it defines.
    pub(crate) defined: HashMap<Str, Rc<Tree>>,
}

/// A text that does nothing but define templates.
struct Library {
    main: Rc<Tree>,
    /// The names of those that it defines.
    defined: Vec<Str>,
}

/// Texts that were parsed before, so that the same one is parsed once.
#[derive(Default)]
struct Texts {
    layers: HashMap<Str, Rc<Layer>>,
    bytes: usize,
}

/// How many libraries of one length a text is compared with.
const MOST_LIBRARIES: usize = 8;

/// How much text is kept parsed.
const MOST_TEXT: usize = 8 << 20;

impl Templates {
    /// An empty set.
    pub fn new(functions: Functions, missing_key: MissingKey) -> Templates {
        Templates {
            root: Str::from(ROOT),
            functions,
            missing_key,
            trees: HashMap::new(),
            libraries: HashMap::new(),
            texts: RefCell::default(),
        }
    }

    /// Parses `text` as the template `name`, and adds it and the templates that it defines.
    ///
    /// A later template replaces an earlier one of its name, unless it is empty but for space and comments.
    /// Fails with Go's message about the first mistake; the set then is as before.
    pub fn parse(&mut self, name: &str, text: impl Into<Str>) -> Result<(), Error> {
        let (name, text) = (Str::from(name), text.into());
        if self.parse_again(&name, &text) {
            return Ok(());
        }
        let trees = parse(&name, &text, &self.functions)?;
        if let Some(main) = trees.iter().find(|tree| tree.name == name && tree.is_empty) {
            let names = trees.iter().map(|tree| tree.name.clone());
            let library =
                Library { main: Rc::clone(main), defined: names.filter(|defined| *defined != name).collect() };
            let libraries = self.libraries.entry(text.len()).or_default();
            if libraries.len() < MOST_LIBRARIES {
                libraries.push(library);
            }
        }
        for tree in trees {
            self.add(tree);
        }
        Ok(())
    }

    fn add(&mut self, tree: Rc<Tree>) {
        if !(tree.is_empty && self.trees.contains_key(&tree.name)) {
            self.trees.insert(tree.name.clone(), tree);
        }
    }

    /// Adds the templates of a text that was parsed under another name, where nothing has replaced any of them since:
    /// they are the same but for that name, which errors show.
    fn parse_again(&mut self, name: &Str, text: &Str) -> bool {
        let Some(libraries) = self.libraries.get_mut(&text.len()) else { return false };
        let Some(library) = libraries.iter_mut().find(|library| library.main.source.text == *text) else {
            return false;
        };
        let before = Rc::clone(&library.main.source);
        let trees = &mut self.trees;
        let stands = |tree: &Rc<Tree>| Rc::ptr_eq(&tree.source, &before) && Rc::strong_count(tree) == 1;
        if !library.defined.iter().all(|defined| *defined != *name && trees.get(defined).is_some_and(stands)) {
            return false;
        }
        let source = Rc::new(Source { name: name.clone(), text: text.clone() });
        for defined in &library.defined {
            if let Some(tree) = trees.get_mut(defined).and_then(Rc::get_mut).filter(|tree| !tree.is_empty) {
                tree.source = Rc::clone(&source);
            }
        }
        let main = Tree { is_empty: true, ..Tree::new(name.clone(), Rc::clone(&source), library.main.searches) };
        library.main = Rc::new(Tree { code: library.main.code.clone(), ..main });
        let main = Rc::clone(&library.main);
        self.add(main);
        true
    }

    /// Whether there is a template of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.trees.contains_key(name.as_bytes())
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> Vec<Str> {
        let mut names: Vec<Str> = self.trees.keys().cloned().collect();
        names.sort();
        names
    }

    /// Executes the template `name` on `data` and gives what it writes.
    /// Fails where there is none, where one of its steps does, or where the budget runs out.
    pub fn execute(
        &self,
        name: &str,
        data: &Value,
        budget: &Budget,
        surroundings: &dyn Surroundings,
    ) -> Result<Vec<u8>, Error> {
        Machine::new(self, budget, surroundings).execute_named(name.as_bytes(), data)
    }

    /// The same, written to a buffer that was used before; what stands in it is lost.
    pub fn execute_in(
        &self,
        buffer: Vec<u8>,
        (name, data): (&str, &Value),
        budget: &Budget,
        surroundings: &dyn Surroundings,
    ) -> Result<Vec<u8>, Error> {
        let mut machine = Machine::new(self, budget, surroundings);
        machine.reuse(buffer);
        machine.execute_named(name.as_bytes(), data)
    }

    /// The same, and which template wrote what.
    pub fn execute_traced(
        &self,
        name: &str,
        data: &Value,
        budget: &Budget,
        surroundings: &dyn Surroundings,
    ) -> Result<(Vec<u8>, Origins), Error> {
        let mut machine = Machine::new(self, budget, surroundings);
        machine.trace();
        let output = machine.execute_named(name.as_bytes(), data)?;
        Ok((output, machine.origins()))
    }

    pub(crate) fn root(&self) -> &Str {
        &self.root
    }

    pub(crate) fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    pub(crate) fn tree(&self, name: &[u8]) -> Option<&Rc<Tree>> {
        self.trees.get(name)
    }

    /// The templates of `text`, parsed now or before. Fails with the parser's error, or where the budget runs out.
    pub(crate) fn layer(&self, text: &Str, budget: &Budget) -> Result<Result<Rc<Layer>, Error>, Failure> {
        if let Some(layer) = self.texts.borrow().layers.get(text) {
            return Ok(Ok(Rc::clone(layer)));
        }
        budget.step(text.len() as u64)?;
        // A parsed text takes several times as much room as the text.
        budget.bytes(text.len().saturating_mul(8))?;
        let trees = match parse(&self.root, text, &self.functions) {
            Ok(trees) => trees,
            Err(error) => return Ok(Err(error)),
        };
        let Some(main) = trees.iter().find(|tree| tree.name == self.root).cloned() else {
            return Ok(Err(Error::no_template(&self.root.to_text(), &self.root.to_text())));
        };
        let defined = trees.into_iter().filter(|tree| tree.name != self.root);
        let layer = Rc::new(Layer { main, defined: defined.map(|tree| (tree.name.clone(), tree)).collect() });
        let mut texts = self.texts.borrow_mut();
        if texts.bytes.saturating_add(text.len()) > MOST_TEXT {
            *texts = Texts::default();
        }
        texts.bytes += text.len();
        texts.layers.insert(text.clone(), Rc::clone(&layer));
        Ok(Ok(layer))
    }
}
