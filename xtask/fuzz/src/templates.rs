//! Generates templates that call every function and use every construct.

use anyhow::Context as _;

use super::{Counts, Request, random::Random};

/// What a function takes and gives, from `tests/fuzz/functions.txt`.
struct Function {
    name: String,
    params: Vec<Param>,
    result: char,
    /// A function that makes a result without order comparable.
    wrap: Option<String>,
    /// Whether it takes tens of milliseconds.
    slow: bool,
}

enum Param {
    Kind(char),
    Rest(char),
    Literal(String),
}

pub(crate) struct Templates {
    functions: Vec<Function>,
    /// Which functions take their turn in most calls, and which, being slow, in few.
    quick: Turns,
    slow: Turns,
    /// How many templates there were.
    count: usize,
}

/// Walks through some functions, so that each has its turn.
struct Turns {
    functions: Vec<usize>,
    next: usize,
}

impl Turns {
    fn next(&mut self) -> usize {
        self.next += 1;
        self.functions[self.next % self.functions.len()]
    }
}

/// In every how many templates one calls a slow function: often enough for a full run.
const SLOW_EVERY: usize = 40;

/// The values that templates see; paths below are written for them.
const VALUES: &str = r#"{"s":"some text","e":"","u":"Grüße, 世界 🚀","m":"line one\nline two\n","n":"42","neg":"-7","hex":"0x1F",
"b":true,"f":false,"i":3,"big":123456789,"pi":3.14159,"small":1.5e-7,"zero":0,"nil":null,"words":["b","a","c","a"],"nums":[3,1,2.5],
"mixed":[1,"x",null,true,{"k":"v"},[1,2]],"empty":[],"none":{},"map":{"a":"x","b":{"c":{"d":1}},"z":[1,2],"t":true,"n":null},
"other":{"a":"y","b":{"c":{"e":2}},"q":""},"maps":[{"a":1},{"a":2,"b":3}],"tpl":"{{ .s | upper }}","ver":"1.2.3-rc.1+b","date":"2024-02-29"}"#;

const TEXTS: [&str; 34] = [
    r#""""#,
    r#""a""#,
    r#""Hello World""#,
    r#""foo-bar_baz qux""#,
    r#""  padded  ""#,
    r#""a,b,c""#,
    r#""$1x""#,
    r#""Grüße""#,
    r#""日本語""#,
    r#""a\nb\n""#,
    r#""/etc/../x/y.tar.gz""#,
    r#""x=1&y=<z>""#,
    r#""YWJj""#,
    r#""MFRGG===""#,
    r#""0""#,
    r#""12""#,
    r#""-3.5""#,
    r#""1e3""#,
    r#""true""#,
    r#""null""#,
    r#""fooBarBaz HTTPServer""#,
    r#""the quick brown fox jumps over the lazy dog""#,
    ".Values.s",
    ".Values.e",
    ".Values.u",
    ".Values.m",
    ".Values.n",
    ".Values.neg",
    ".Values.tpl",
    ".Release.Name",
    ".Chart.Name",
    "`raw \"x\"`",
    r#""\u00e9\x41\t""#,
    ".Values.map.a",
];
const INTS: [&str; 14] = ["0", "1", "2", "3", "5", "7", "-1", "-2", "12", "4", "0x10", "'a'", "6", "10"];
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "3",
    "-7",
    "2.5",
    "-0.1",
    "1e3",
    "100000",
    ".Values.i",
    ".Values.big",
    ".Values.pi",
    ".Values.zero",
    "\"8\"",
    "(int 9)",
    "(int64 4)",
    "(float64 1.25)",
];
const LISTS: [&str; 12] = [
    ".Values.words",
    ".Values.nums",
    ".Values.mixed",
    ".Values.empty",
    "(list 1 2 3)",
    "(list)",
    "(splitList \",\" \"c,a,b\")",
    "(until 4)",
    ".Values.maps",
    "(list \"a\" \"\" nil 0 \"a\")",
    "(tuple \"x\" \"y\")",
    "(list \"b\" \"a\")",
];
const MAPS: [&str; 9] = [
    ".Values.map",
    ".Values.other",
    ".Values.none",
    "(dict \"a\" 1 \"b\" \"two\")",
    "(dict)",
    "(split \",\" \"x,y\")",
    "(deepCopy .Values.map)",
    "(dict \"a\" (dict \"b\" (list 1)))",
    ".Release",
];
const ANY: [&str; 12] = [
    ".Values.nil",
    "nil",
    "true",
    "false",
    ".Values.b",
    ".Values.f",
    "3.5",
    "\"txt\"",
    "1",
    ".Values.missing",
    "(list 1 \"a\")",
    ".Values.map.b",
];
const REGEXES: [&str; 22] = [
    r#""a""#,
    r#""[a-z]+""#,
    r#""^(\\w+) (\\w+)$""#,
    "`\\d{2,3}`",
    "`(?i)HELLO`",
    "`(a|b)*c`",
    "`[^aeiou ]`",
    "`\\bfox\\b`",
    "`x*`",
    "`(?P<n>o)`",
    "`[[:alpha:]]`",
    "`\\p{L}+`",
    "`(`",
    "`[`",
    "`a{2,1}`",
    "`\\`",
    "`(?s).`",
    "`^$`",
    "`.*?o`",
    "`a**`",
    "`\\Q.\\E`",
    "`(?m)^line`",
];
const VERSIONS: [&str; 10] = [
    r#""1.2.3""#,
    r#""v1.2""#,
    r#""2.0.0-beta.1""#,
    r#""1.2.3+meta""#,
    r#""1""#,
    r#""x""#,
    r#""01.2.3""#,
    ".Values.ver",
    r#""1.2.3.4""#,
    r#""v1.30.2-gke.5""#,
];
const CONSTRAINTS: [&str; 16] = [
    r#"">=1.0.0""#,
    r#""^1.2""#,
    r#""~1.2.3""#,
    r#""1.x""#,
    r#""*""#,
    r#"">=1.0 <2 || 3.x""#,
    r#""1.2 - 2""#,
    r#""!=1.2.3""#,
    r#"">=1.19-0""#,
    r#""=1.2.3""#,
    r#""bad!""#,
    r#""<1.0, >0.1""#,
    r#""~>2""#,
    r#""^0.0.3""#,
    r#""""#,
    r#"">1.2.3-alpha""#,
];
const URLS: [&str; 10] = [
    r#""https://u:p@host.example:8080/a/b?x=1&y=2#frag""#,
    r#""/only/path""#,
    r#""http://[::1]:80/""#,
    r#""mailto:a@b""#,
    r#""://bad""#,
    r#""http://h/%zz""#,
    r#""http://h/a b""#,
    r#""//h/p""#,
    r#""""#,
    r#""http://h:port/""#,
];
const JSONS: [&str; 10] = [
    r#""{\"a\":[1,2.5,true,null]}""#,
    "`[1,\"x\",{}]`",
    "`{`",
    "`nul`",
    "`\"s\"`",
    "`12`",
    "`{\"a\":1}x`",
    "`[1,]`",
    r#""""#,
    "`{\"é\":\"\\u00e9\"}`",
];
const YAMLS: [&str; 12] = [
    r#""a: 1\nb: [x, y]\n""#,
    r#""- 1\n- two\n""#,
    r#""a: b: c""#,
    r#""x: |\n  t\n""#,
    r#""&a {b: *a}""#,
    r#""[1, 2""#,
    r#""yes: no\n0x10: 010""#,
    r#""a: &x 1\nb: *x""#,
    r#""""#,
    "`\"q\\\"\"`",
    r#""\ta: 1""#,
    r#""k: 2024-01-02""#,
];
const TOMLS: [&str; 7] = [
    "`a = 1`",
    "`[t]\nx = \"y\"\nz = [1, 2]`",
    "`a = `",
    "`d = 1979-05-27T07:32:00Z`",
    "`[[l]]\nn = 1.5\n[[l]]\nn = 2.0`",
    "`a = 1\na = 2`",
    "`b = true`",
];
const LAYOUTS: [&str; 10] = [
    r#""2006-01-02""#,
    r#""Jan 2, 2006 at 3:04pm (MST)""#,
    r#""2006-01-02T15:04:05Z07:00""#,
    r#""Mon Monday _2 02 .000""#,
    r#""15:04:05.999999""#,
    r#""06/1/2 PM""#,
    r#""-0700 Z07""#,
    r#""""#,
    r#""January __2 002""#,
    r#""2006-01-02 15:04""#,
];
const TIMES: [&str; 8] = [
    "0",
    "1700000000",
    "(int64 1234567890)",
    "(toDate \"2006-01-02\" \"2024-02-29\")",
    "(toDate \"2006-01-02 15:04\" \"1999-12-31 23:59\")",
    "(int 86400)",
    "(int64 -1)",
    "(mustToDate \"2006-01-02\" .Values.date)",
];
const ZONES: [&str; 6] =
    ["\"UTC\"", "\"Europe/Berlin\"", "\"America/New_York\"", "\"Asia/Kolkata\"", "\"Nope/Zone\"", "\"\""];
const DURATIONS: [&str; 8] =
    ["\"1h\"", "\"-1.5h\"", "\"90s\"", "\"2h45m30s\"", "\"bad\"", "\"72h\"", "\"100ms\"", "\"8760h\""];
const KEYS: [&str; 7] = ["\"a\"", "\"b\"", "\"c\"", "\"missing\"", "\"n\"", "\"_0\"", "\"z\""];
const VERBS: [&str; 24] = [
    "v", "+v", "#v", "T", "d", "s", "q", "x", "X", "o", "b", "c", "U", "e", "E", "f", "F", "g", "G", "t", "%", "#q",
    "O", "w",
];
const FLAGS: [&str; 14] = ["", "", "", "", "5", "-8", "08", "+", " ", "#", ".2", "8.3", "+.1", "[1]"];

const NAMES: [&str; 24] = [
    "if",
    "if else",
    "else if",
    "with",
    "with else",
    "else with",
    "range list",
    "range map",
    "range int",
    "range two",
    "range else",
    "break",
    "continue",
    "define",
    "template",
    "block",
    "variable",
    "assign",
    "comment",
    "trim",
    "pipeline",
    "field chain",
    "parenthesis field",
    "broken",
];

impl Templates {
    pub(crate) fn new(table: &str) -> anyhow::Result<Templates> {
        let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let functions = lines.map(parse).collect::<anyhow::Result<Vec<Function>>>()?;
        let (slow, quick) = (0..functions.len()).partition(|index| functions[*index].slow);
        let turns = |functions| Turns { functions, next: 0 };
        Ok(Templates { functions, quick: turns(quick), slow: turns(slow), count: 0 })
    }

    /// What the counts call the functions, verbs and constructs.
    pub(crate) fn constructs(&self) -> Vec<String> {
        let mut names: Vec<String> = self.functions.iter().map(|function| function.name.clone()).collect();
        names.extend(VERBS.iter().map(|verb| format!("printf %{verb}")));
        names.extend(NAMES.iter().map(|name| (*name).to_owned()));
        names
    }

    /// A template of one to four pieces, each a call or a construct.
    pub(crate) fn generate(&mut self, random: &mut Random, counts: &mut Counts) -> Request {
        let mut text = String::new();
        self.count += 1;
        if self.count.is_multiple_of(SLOW_EVERY) {
            let index = self.slow.next();
            self.call_shown(index, random, counts, &mut text);
            return Request { values: VALUES.into(), ..Request::new("template", text) };
        }
        for _ in 0..1 + random.below(3) {
            match random.below(10) {
                0..6 => {
                    let index = self.quick.next();
                    self.call_shown(index, random, counts, &mut text);
                }
                6 => self.print_verb(random, counts, &mut text),
                _ => self.construct(random, counts, &mut text, 2),
            }
            text.push('\n');
        }
        Request { values: VALUES.into(), ..Request::new("template", text) }
    }

    fn call_shown(&self, index: usize, random: &mut Random, counts: &mut Counts, text: &mut String) {
        let call = self.call(index, random, counts, 1);
        let function = &self.functions[index];
        match (function.result, &function.wrap) {
            ('-', _) => text.push_str(&format!("{{{{ typeOf ({call}) }}}}")),
            (_, Some(wrap)) => text.push_str(&format!("{{{{ {call} | {wrap} }}}}")),
            ('S' | 'B' | 'I', None) if random.one_in(2) => text.push_str(&format!("{{{{- {call} -}}}}")),
            _ => text.push_str(&format!("{{{{ $r := {call} }}}}{{{{ printf \"%T %v\" $r $r }}}} {{{{ toJson $r }}}}")),
        }
    }

    fn call(&self, index: usize, random: &mut Random, counts: &mut Counts, depth: usize) -> String {
        let function = &self.functions[index];
        *counts.entry(function.name.clone()).or_default() += 1;
        let mut call = function.name.clone();
        for param in &function.params {
            let times = match param {
                Param::Rest(_) => random.below(3),
                _ => 1,
            };
            for _ in 0..times {
                call.push(' ');
                match param {
                    Param::Kind(kind) | Param::Rest(kind) => {
                        call.push_str(&self.argument(*kind, random, counts, depth))
                    }
                    Param::Literal(literal) => call.push_str(literal),
                }
            }
        }
        // Sometimes an argument too many or too few: the arity checks have their own messages.
        if random.one_in(60) {
            call.push_str(" 1");
        }
        call
    }

    /// An argument of a kind; sometimes of another, for the type checks.
    fn argument(&self, kind: char, random: &mut Random, counts: &mut Counts, depth: usize) -> String {
        // What is no time is the present time, which is another for each side.
        if kind != 'T' && random.one_in(25) {
            return (*random.pick(&ANY)).to_owned();
        }
        if depth > 0 && random.one_in(6) {
            let same: Vec<usize> = (0..self.functions.len())
                .filter(|index| {
                    let function = &self.functions[*index];
                    function.result == kind && function.wrap.is_none() && !function.slow
                })
                .collect();
            if !same.is_empty() {
                let index = *random.pick(&same);
                return format!("({})", self.call(index, random, counts, depth - 1));
            }
        }
        let choices: &[&str] = match kind {
            'S' => &TEXTS,
            'I' => &INTS,
            'N' | 'F' => &NUMBERS,
            'B' => &["true", "false", ".Values.b"],
            'L' => &LISTS,
            'D' => &MAPS,
            'R' => &REGEXES,
            'V' => &VERSIONS,
            'C' => &CONSTRAINTS,
            'U' => &URLS,
            'J' => &JSONS,
            'Y' => &YAMLS,
            'M' => &TOMLS,
            'P' => &LAYOUTS,
            'T' => &TIMES,
            'Z' => &ZONES,
            'Q' => &DURATIONS,
            'K' => &KEYS,
            _ => match random.below(6) {
                0 => &TEXTS,
                1 => &NUMBERS,
                2 => &LISTS,
                3 => &MAPS,
                _ => &ANY,
            },
        };
        (*random.pick(choices)).to_owned()
    }

    fn any(&self, random: &mut Random, counts: &mut Counts) -> String {
        let kind = *random.pick(&['S', 'N', 'L', 'D', 'A']);
        self.argument(kind, random, counts, 1)
    }

    fn print_verb(&self, random: &mut Random, counts: &mut Counts, text: &mut String) {
        let verb = *random.pick(&VERBS);
        *counts.entry(format!("printf %{verb}")).or_default() += 1;
        let (lead, verb) = match verb.strip_prefix(['#', '+']) {
            Some(rest) => (&verb[..1], rest),
            None => ("", verb),
        };
        let flags = *random.pick(&FLAGS);
        let argument = match verb {
            "d" | "x" | "X" | "o" | "b" | "c" | "U" | "O" if !random.one_in(4) => {
                format!("(int {})", random.pick(&INTS))
            }
            "e" | "E" | "f" | "F" | "g" | "G" if !random.one_in(4) => format!("(float64 {})", random.pick(&NUMBERS)),
            "s" | "q" if !random.one_in(4) => self.argument('S', random, counts, 0),
            "t" if !random.one_in(4) => "true".to_owned(),
            _ => self.any(random, counts),
        };
        // With another verb Go prints the fields of its time, one of which is an address.
        let is_time = argument.contains("Date") || argument.contains("date_");
        let argument = if is_time && !matches!(verb, "v" | "s" | "q" | "T") { "1".to_owned() } else { argument };
        let extra = if random.one_in(15) { " 1" } else { "" };
        text.push_str(&format!("{{{{ printf \"<%{lead}{flags}{verb}>\" {argument}{extra} }}}}"));
    }

    fn construct(&self, random: &mut Random, counts: &mut Counts, text: &mut String, depth: usize) {
        let name = *random.pick(&NAMES);
        *counts.entry(name.to_owned()).or_default() += 1;
        let body = |random: &mut Random, counts: &mut Counts| {
            let mut body = String::new();
            match random.below(4) {
                0 if depth > 0 => self.construct(random, counts, &mut body, depth - 1),
                1 => body.push_str(&format!("{{{{ {} }}}}", self.argument('S', random, counts, 1))),
                2 => body.push_str("{{ . }}"),
                _ => body.push_str(" text "),
            }
            body
        };
        let one = body(random, counts);
        let two = body(random, counts);
        let any = self.any(random, counts);
        let other = self.any(random, counts);
        let list = self.argument('L', random, counts, 1);
        let map = *random.pick(&MAPS);
        let int = *random.pick(&INTS);
        let piece = match name {
            "if" => format!("{{{{ if {any} }}}}{one}{{{{ end }}}}"),
            "if else" => format!("{{{{if {any}}}}}{one}{{{{else}}}}{two}{{{{end}}}}"),
            "else if" => {
                format!("{{{{- if {any} -}}}}{one}{{{{- else if {other} }}}}{two}{{{{ else }}}}3{{{{ end }}}}")
            }
            "with" => format!("{{{{ with {any} }}}}{one}{{{{ end }}}}"),
            "with else" => format!("{{{{ with $x := {any} }}}}{{{{ $x }}}}{one}{{{{ else }}}}{two}{{{{ end }}}}"),
            "else with" => format!("{{{{ with {any} }}}}{one}{{{{ else with {other} }}}}{two}{{{{ end }}}}"),
            "range list" => format!("{{{{ range {list} }}}}{one},{{{{ end }}}}"),
            "range map" => format!("{{{{ range $k, $v := {map} }}}}{{{{ $k }}}}={{{{ $v }}}};{{{{ end }}}}"),
            "range int" => format!("{{{{ range $i := {int} }}}}{{{{ $i }}}}{one}{{{{ end }}}}"),
            "range two" => format!("{{{{ range $i, $v := {list} }}}}{{{{ $i }}}}{{{{ $v }}}}{{{{ end }}}}"),
            "range else" => format!("{{{{ range {any} }}}}{one}{{{{ else }}}}{two}{{{{ end }}}}"),
            "break" => format!(
                "{{{{ range $i, $v := {list} }}}}{{{{ if gt $i 0 }}}}{{{{ break }}}}{{{{ end }}}}{{{{ $v }}}}{{{{ end }}}}"
            ),
            "continue" => format!(
                "{{{{ range $v := {list} }}}}{{{{ if $v }}}}{{{{ continue }}}}{{{{ end }}}}[{{{{ $v }}}}]{{{{ end }}}}"
            ),
            "define" => format!("{{{{ define \"d\" }}}}{one}{{{{ . }}}}{{{{ end }}}}{{{{ template \"d\" {any} }}}}"),
            "template" => format!("{{{{ template \"upper\" {any} }}}}"),
            "block" => format!("{{{{ block \"b\" {any} }}}}{one}{{{{ end }}}}"),
            "variable" => {
                format!("{{{{ $a := {any} }}}}{{{{ $b := {other} }}}}{{{{ $a }}}}/{{{{ $b }}}}{{{{ $.Release.Name }}}}")
            }
            "assign" => format!("{{{{ $a := 1 }}}}{{{{ range {list} }}}}{{{{ $a = . }}}}{{{{ end }}}}{{{{ $a }}}}"),
            "comment" => format!("a{{{{/* {int} */}}}}b{{{{- /* x */ -}}}} c"),
            "trim" => format!(" x \n {{{{- {any} -}}}} \n\t y"),
            "pipeline" => format!("{{{{ {any} | default \"d\" | toString | quote }}}}"),
            "field chain" => "{{ .Values.map.b.c.d }}{{ .Values.map.a.b }}".to_owned(),
            "parenthesis field" => format!("{{{{ ({map}).a }}}}"),
            _ => {
                let whole = format!("{{{{ if {any} }}}}{one}{{{{ end }}}}");
                let cut = random.below(whole.len());
                whole.chars().enumerate().filter(|(at, _)| *at != cut).map(|(_, rune)| rune).collect()
            }
        };
        text.push_str(&piece);
    }
}

fn parse(line: &str) -> anyhow::Result<Function> {
    let (slow, line) = line.strip_prefix("~ ").map_or((false, line), |line| (true, line));
    let (left, right) = line.split_once(" -> ").with_context(|| format!("functions.txt: {line}"))?;
    let (result, wrap) = match right.split_once('!') {
        Some((result, wrap)) => (result, Some(wrap.to_owned())),
        None => (right, None),
    };
    let (name, rest) = left.split_once(' ').unwrap_or((left, ""));
    let mut params = Vec::new();
    let mut literal = rest;
    while !literal.is_empty() {
        let word_end = literal.find(' ').unwrap_or(literal.len());
        let word = &literal[..word_end];
        if let Some(start) = literal.strip_prefix('\'') {
            let end = literal_end(start);
            params.push(Param::Literal(start[..end].to_owned()));
            literal = start[end..].trim_start();
            continue;
        }
        let kind = word.chars().next().context("a kind")?;
        params.push(if word.ends_with('*') { Param::Rest(kind) } else { Param::Kind(kind) });
        literal = literal[word_end..].trim_start();
    }
    let result = result.chars().next().context("a result")?;
    Ok(Function { name: name.to_owned(), params, result, wrap, slow })
}

/// Where a literal argument ends: at a blank outside of parentheses and quotes.
fn literal_end(text: &str) -> usize {
    let (mut depth, mut quoted) = (0, false);
    for (at, rune) in text.char_indices() {
        match rune {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ' ' if !quoted && depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}
