//! What can go wrong with a chart or its values; every text is Helm's.

/// A chart, an archive, a value flag or a version that could not be read.
///
/// Displays as Helm words it, the cause included.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `Chart.yaml` says something that a chart must not say (Helm: `chart.ValidationError`).
    #[error("validation: {0}")]
    Validation(String),
    /// A YAML document that does not fit what it is read into; the text is that of `sigs.k8s.io/yaml`.
    #[error("{0}")]
    Yaml(String),
    /// A file of the chart that cannot be decoded.
    #[error("cannot load {file}: {reason}")]
    CannotLoad {
        /// The file's name, such as `Chart.yaml`.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no `Chart.yaml`.
    #[error("Chart.yaml file is missing")]
    MissingChartYaml,
    /// A subchart that cannot be loaded.
    #[error("error unpacking subchart {name} in {parent}: {reason}")]
    Subchart {
        /// The name of the folder or archive below `charts/`.
        name: String,
        /// The name of the chart that holds it.
        parent: String,
        /// What is wrong with it.
        reason: Box<Error>,
    },
    /// A folder below `charts/` with a name that only an archive may have.
    #[error("error unpacking subchart tar in {parent}: expected {expected}, got {got}")]
    SubchartArchive {
        /// The name of the chart that holds it.
        parent: String,
        /// The name that the archive should have.
        expected: String,
        /// The first file found.
        got: String,
    },
    /// Charts that lie in each other deeper than any real chart does.
    #[error("charts are nested deeper than {0} levels")]
    ChartsTooDeep(usize),
    /// An apiVersion that no Helm knows.
    #[error("unsupported chart version")]
    UnsupportedChartVersion,
    /// A chart of apiVersion v3, which Helm 4.2 detects and then refuses to use.
    #[error("invalid chart apiVersion")]
    ChartVersionThree,
    /// An archive without a `Chart.yaml`.
    #[error("unable to detect chart version, no Chart.yaml found")]
    ChartVersionUnknown,
    /// An archive that cannot be read as one.
    #[error("unable to load chart archive")]
    UnreadableArchive,
    /// An archive with a broken gzip header.
    #[error("file '{name}' does not appear to be a valid chart file (details: {reason})")]
    InvalidChartFile {
        /// The archive's name.
        name: String,
        /// What is wrong with it.
        reason: Box<Error>,
    },
    /// A YAML file where an archive was expected.
    #[error("file '{0}' seems to be a YAML file, but expected a gzipped archive")]
    YamlInsteadOfArchive(String),
    /// A file of another type where an archive was expected.
    #[error("file '{name}' does not appear to be a gzipped archive; got '{content_type}'")]
    NotAnArchive {
        /// The file's name.
        name: String,
        /// The media type that its first bytes suggest.
        content_type: &'static str,
    },
    /// A broken gzip or tar stream; the text is that of Go's library.
    #[error("{0}")]
    Stream(&'static str),
    /// A broken deflate stream.
    #[error("flate: corrupt input before offset {0}")]
    CorruptDeflate(u64),
    /// An archive entry with an absolute path.
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    /// An archive entry that is not below the chart's folder.
    #[error("chart illegally contains content outside the base directory: {0}")]
    OutsideBase(String),
    /// An archive entry whose path leaves the chart.
    #[error("chart illegally references parent directory")]
    ParentDirectory,
    /// An archive entry with a drive letter.
    #[error("chart contains illegally named files")]
    IllegalName,
    /// A `Chart.yaml` at the top of the archive.
    #[error("chart yaml not in base directory")]
    ChartYamlAtTop,
    /// An archive that expands to too much.
    #[error("decompressed chart is larger than the maximum size {0}")]
    ChartTooLarge(u64),
    /// A file in an archive that is too large.
    #[error("decompressed chart file {name} is larger than the maximum file size {limit}")]
    FileTooLarge {
        /// The entry's name, quoted.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// An archive without files.
    #[error("no files in chart archive")]
    EmptyArchive,
    /// A pattern in `.helmignore` that Helm does not know.
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    /// A pattern in `.helmignore` that is no glob.
    #[error("syntax error in pattern")]
    BadPattern,
    /// A line in `.helmignore` that Go's scanner finds too long.
    #[error("bufio.Scanner: token too long")]
    LineTooLong,
    /// A value for a subchart that is no table.
    #[error("type mismatch on {key}: {value}")]
    SubchartValues {
        /// The subchart's name.
        key: String,
        /// The value as Go's `%t` prints it.
        value: String,
    },
    /// `import-values` that put tables into themselves again and again; Helm runs out of memory or stack.
    #[error("import-values of {0} makes its values too large")]
    ImportTooLarge(String),
    /// A values file that cannot be read.
    #[error("failed to parse {file}: {reason}")]
    ValuesFile {
        /// The file's name as it was given.
        file: String,
        /// What is wrong with it.
        reason: Box<Error>,
    },
    /// A `--set` flag (or one of its kin) that cannot be read.
    #[error("failed parsing --{flag} data{joint}{reason}")]
    Set {
        /// The flag, such as `set-json`.
        flag: &'static str,
        /// What stands between the flag and the reason.
        joint: &'static str,
        /// What is wrong with the flag, or the flag itself.
        reason: String,
    },
    /// A text in the `--set` grammar that cannot be read.
    #[error("{0}")]
    SetText(String),
    /// Dependencies that `Chart.yaml` names and `charts/` lacks.
    #[error("found in Chart.yaml, but missing in charts/ directory: {0}")]
    MissingDependencies(String),
    /// A chart that wants another Kubernetes.
    #[error("chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}")]
    IncompatibleKubernetes {
        /// `kubeVersion` of `Chart.yaml`.
        constraint: String,
        /// The version of the cluster, or that of `--kube-version`.
        version: String,
    },
    /// A text that is no Kubernetes version.
    #[error("{0}")]
    KubeVersion(String),
    /// A chart whose name is no file name.
    #[error("{0} is not a valid chart name")]
    InvalidChartName(String),
    /// A schema that is no JSON, in a chart that is to be packed.
    #[error("invalid JSON in values.schema.json")]
    InvalidSchemaJson,
}
