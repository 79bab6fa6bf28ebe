//! Pointers, UUIDs and semantic versions.

use super::quoted_rune;

pub(super) fn json_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let Some(steps) = text.strip_prefix('/') else { return Err("not starting with /".into()) };
    for step in steps.split('/') {
        for part in step.split('~').skip(1) {
            if !part.starts_with(['0', '1']) {
                return Err("~ must be followed by 0 or 1".into());
            }
        }
    }
    Ok(())
}

pub(super) fn relative_json_pointer(text: &str) -> Result<(), String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Err("must start with non-negative integer".into());
    }
    if digits > 1 && text.starts_with('0') {
        return Err("starts with zero".into());
    }
    match text.get(digits..) {
        Some("#") => Ok(()),
        rest => json_pointer(rest.unwrap_or_default()),
    }
}

pub(super) fn uuid(text: &str) -> Result<(), String> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return Err("must have 5 elements".into());
    }
    for (number, (group, length)) in (1..).zip(groups.iter().zip(LENGTHS)) {
        if group.len() != length {
            return Err(format!("element {number} must be {length} characters long"));
        }
        if let Some(rune) = group.chars().find(|rune| !rune.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", quoted_rune(rune)));
        }
    }
    Ok(())
}

pub(super) fn semver(text: &str) -> Result<(), String> {
    let mut core = text;
    let identifier = |rune: char| rune.is_ascii_alphanumeric() || rune == '-';
    if let Some((before, build)) = core.split_once('+') {
        if build.is_empty() {
            return Err("build is empty".into());
        }
        for part in build.split('.') {
            if part.is_empty() {
                return Err("build identifier is empty".into());
            }
            if let Some(rune) = part.chars().find(|rune| !identifier(*rune)) {
                return Err(format!("invalid character {} in build identifier", quoted_rune(rune)));
            }
        }
        core = before;
    }
    if let Some((before, pre)) = core.split_once('-') {
        for part in pre.split('.') {
            if part.is_empty() {
                return Err("pre-release identifier is empty".into());
            }
            if let Some(rune) = part.chars().find(|rune| !identifier(*rune)) {
                return Err(format!("invalid character {} in pre-release identifier", quoted_rune(rune)));
            }
            if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err("pre-release numeric identifier starts with zero".into());
            }
        }
        core = before;
    }
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() != 3 {
        return Err("versionCore must have 3 numbers separated by dot".into());
    }
    for (number, name) in numbers.iter().zip(["major", "minor", "patch"]) {
        if number.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if number.len() > 1 && number.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
