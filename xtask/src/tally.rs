//! Counts tests by reading what test runners print.

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Tally {
    /// Adds what a line says, if it is the closing line of a test runner.
    pub(crate) fn read(&mut self, line: &str) {
        let plain = without_colours(line);
        // cargo: `test result: ok. 3 passed; 0 failed; 1 ignored; …`
        // vitest: `      Tests  1 failed | 11 passed | 2 skipped (14)`
        let counts = match (plain.strip_prefix("test result: "), plain.trim_start().strip_prefix("Tests ")) {
            (Some(cargo), _) => cargo.split_once(". ").map_or("", |(_, counts)| counts),
            (None, Some(vitest)) => vitest,
            (None, None) => return,
        };
        for part in counts.split([';', '|']) {
            let mut words = part.split_whitespace();
            let Some(Ok(count)) = words.next().map(str::parse::<u32>) else { continue };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed") => self.failed += count,
                Some("ignored" | "skipped" | "todo") => self.skipped += count,
                _ => {}
            }
        }
    }

    /// Counts so many of those that passed as skipped.
    pub(crate) fn set_aside(&mut self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX).min(self.passed);
        self.passed -= count;
        self.skipped += count;
    }

    /// Whether no test was seen at all.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The line as it looks on paper.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // A colour ends with the first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        for (line, passed, failed, skipped) in [
            ("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out", 3, 0, 1),
            ("test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; finished in 0.1s", 2, 5, 0),
            ("      Tests  12 passed (12)", 12, 0, 0),
            (" Tests  1 failed | 11 passed | 2 skipped (14)", 11, 1, 2),
            ("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m (7)", 7, 0, 0),
            (" Test Files  4 passed (4)", 0, 0, 0),
            ("test says_12_passed ... ok", 0, 0, 0),
        ] {
            let mut tally = Tally::default();
            tally.read(line);
            assert_eq!(tally, Tally { passed, failed, skipped }, "{line}");
        }
    }

    #[test]
    fn what_had_nothing_to_do_did_not_pass() {
        let mut tally = Tally { passed: 3, failed: 1, skipped: 1 };
        tally.set_aside(2);
        assert_eq!(tally, Tally { passed: 1, failed: 1, skipped: 3 });
        tally.set_aside(2);
        assert_eq!(tally, Tally { passed: 0, failed: 1, skipped: 4 });
    }
}
