//! Documents that are made to exhaust the reader.

use std::fmt::Write;

use value::{json, yaml};

fn message<T, E: ToString>(result: Result<T, E>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn nesting_is_bounded_as_in_go() {
    let scanner = "error converting YAML to JSON: yaml: exceeded max depth of 10000";
    let json_limit = "exceeded max depth";
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        let nested = |depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
        assert!(yaml::from_slice(nested(10_000).as_bytes()).is_ok(), "{open}");
        assert_eq!(message(yaml::from_slice(nested(10_001).as_bytes())), scanner, "{open}");
        assert_eq!(message(yaml::from_slice(nested(200_000).as_bytes())), scanner, "{open}");
    }
    let both = format!("{}{}{}", "- ".repeat(5_001), "[".repeat(5_000), "]".repeat(5_000));
    assert!(message(yaml::from_slice(both.as_bytes())).ends_with(json_limit));
    let shallow = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    assert!(yaml::spanned(shallow.as_bytes()).is_ok());
    let deep = format!("[{shallow}]");
    assert_eq!(message(yaml::spanned(deep.as_bytes())), "the document is nested deeper than 1000 levels");
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(json::from_slice(nested(10_000).as_bytes()).is_ok());
    assert_eq!(message(json::from_slice(nested(10_001).as_bytes())), "invalid character '[' exceeded max depth");
}

#[test]
fn aliases_are_bounded_as_in_go() {
    let mut lists = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merges = String::from("a0: &a0 {x: 1}\n");
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        let nine = [alias.as_str(); 9].join(", ");
        writeln!(lists, "a{level}: &a{level} [{nine}]").unwrap();
        writeln!(merges, "a{level}: &a{level} {{<<: [{nine}]}}").unwrap();
    }
    for bomb in [lists, merges] {
        let excessive = "error converting YAML to JSON: yaml: document contains excessive aliasing";
        assert_eq!(message(yaml::from_slice(bomb.as_bytes())), excessive);
    }
}

#[test]
fn an_alias_of_a_long_string_shares_it() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 300_000].join(", "));
    let value = yaml::from_slice(text.as_bytes()).unwrap();
    let strings = value.as_map().unwrap().get("b").unwrap();
    let [first, .., last] = strings.as_list().unwrap().as_ref() else { panic!() };
    assert!(std::ptr::eq(first.as_str().unwrap().as_bytes(), last.as_str().unwrap().as_bytes()));
}
