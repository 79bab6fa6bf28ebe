//! The flags that set a chart's values.

use crate::{
    complete::FlagWords,
    spec::{Flag, Kind, Visibility},
};

/// `--warn-unused`: ours.
pub(crate) const WARN_UNUSED: Flag =
    Flag::switch("warn-unused", "tell which of the given values no template uses").visibility(Visibility::HelpOnly);

/// Helm: pkg/cmd/flags.go `addValueOptionsFlags`.
pub(crate) const VALUES: &[Flag] = &[
    Flag::new("values", Kind::Strings, "a YAML file or URL with values; may be given several times, the last one wins")
        .short('f'),
    Flag::new("set", Kind::Array, "set values: key1=value1,key2=value2; may be given several times")
        .words(FlagWords::ValueKeys),
    Flag::new("set-string", Kind::Array, "set values that stay texts: key1=value1,key2=value2")
        .words(FlagWords::ValueKeys),
    Flag::new("set-file", Kind::Array, "set values to what files hold: key1=path1,key2=path2")
        .words(FlagWords::ValueKeys),
    Flag::new(
        "set-json",
        Kind::Array,
        "set values to JSON: key1=json1,key2=json2, or all at once: {\"key1\": json1, \"key2\": json2}",
    )
    .words(FlagWords::ValueKeys),
    Flag::new("set-literal", Kind::Array, "set one value to a text that is taken as it stands: key=value")
        .words(FlagWords::ValueKeys),
];

/// Ours: a value that is not shown.
pub(crate) const SENSITIVE_PATH: Flag = Flag::new(
    "sensitive",
    Kind::Array,
    "do not show this value, such as database.password; may be given several times",
)
.visibility(Visibility::HelpOnly);

/// Ours: what of the values is not shown.
pub(crate) const SENSITIVE: &[Flag] = &[
    SENSITIVE_PATH,
    Flag::switch("show-secrets", "show values too that the chart's schema marks with writeOnly")
        .visibility(Visibility::HelpOnly),
];
