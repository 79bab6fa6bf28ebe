//! The flags of `helm diff`, which are those of the plugin helm-diff. helm-diff: `cmd/options.go`.

use crate::{
    complete::FlagWords,
    flags::SENSITIVE_PATH,
    spec::{Flag, Kind},
};

/// `--detailed-exitcode`.
pub(crate) const DETAILED_EXITCODE: Flag =
    Flag::switch("detailed-exitcode", "end with exit code 2 where something differs");

/// `--include-tests`.
pub(crate) const INCLUDE_TESTS: Flag = Flag::switch("include-tests", "compare hooks that are tests too");

/// `--normalize-manifests`.
pub(crate) const NORMALIZE: Flag =
    Flag::switch("normalize-manifests", "write manifests anew before they are compared, so that style does not count");

const FORMS: FlagWords = FlagWords::Fixed(&["diff", "simple", "template", "json", "structured", "dyff"]);

/// How differences are shown.
pub(crate) const DIFF: &[Flag] = &[
    Flag::switch("suppress-secrets", "do not show what changes in Secrets").short('q'),
    Flag::switch("show-secrets", "show the contents of Secrets"),
    SENSITIVE_PATH,
    Flag::switch("show-secrets-decoded", "show the contents of Secrets, decoded"),
    Flag::new("suppress", Kind::Array, "do not show what changes in objects of this kind; may be given several times"),
    Flag::new("context", Kind::Int, "show so many unchanged lines around changes; -1 shows all")
        .short('C')
        .default("-1"),
    Flag::text(
        "output",
        "the form: diff, simple, template, json, structured or dyff; HELM_DIFF_TPL names the file of a template",
    )
    .default("diff")
    .words(FORMS),
    Flag::switch("strip-trailing-cr", "leave carriage returns at the ends of lines out"),
    Flag::new(
        "find-renames",
        Kind::Float,
        "take an object that goes and one of its kind that comes for one that is renamed, where at most this part of \
         their lines differs, such as 0.5",
    )
    .short('D'),
    Flag::new(
        "suppress-output-line-regex",
        Kind::Array,
        "do not show lines that match this pattern; may be given several times",
    ),
    Flag::switch("no-color", "no colours; without it and --color they are used on terminals"),
    Flag::switch("color", "colours; HELM_DIFF_COLOR=true and =false say the same"),
];
