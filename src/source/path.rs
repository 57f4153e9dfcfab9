//! Paths by their names alone: nothing is looked up.

use std::path::{Component, Path, PathBuf};

/// The way from one directory to another; `None` where the working directory is not known.
pub fn relative(from: &Path, to: &Path) -> Option<PathBuf> {
    let (from, to) = (plain(from)?, plain(to)?);
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Component::ParentDir, from.components().count() - shared);
    Some(up.chain(to.components().skip(shared)).collect())
}

/// The path from the root, without `.` and `..`; `None` where the working directory is not known.
pub fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for component in std::path::absolute(path).ok()?.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::relative;
    use std::path::{Path, PathBuf};

    fn check(from: &str, to: &str, expected: &str) {
        assert_eq!(relative(Path::new(from), Path::new(to)), Some(PathBuf::from(expected)), "{from} {to}");
    }

    #[test]
    fn a_folder_is_found_from_another() {
        check(".", "baselines", "baselines");
        check("../..", "../../baselines", "baselines");
        check("a", "baselines", "../baselines");
        check("a/b", "a/../c/./d", "../../c/d");
        check("a", "a", "");
    }
}
