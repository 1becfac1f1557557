//! What a workbook really unpacks to, before anything is made of it.
//!
//! A workbook is an archive that may claim anything of itself: a few kilobytes that unpack to gigabytes,
//! or a number of strings for which the reader would reserve memory at once. Both end here.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::content::SheetError;

/// Most bytes of all parts together, unpacked.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;
/// Most parts: a workbook has about ten.
const MOST_PARTS: usize = 256;
/// Most strings that a workbook may announce: as many as it can have cells.
const MOST_STRINGS: u64 = 2_000_000;
/// The attribute that announces them.
const ANNOUNCED: &str = "uniqueCount";

/// Unpacks every part once, counting.
pub(super) fn check(bytes: &[u8]) -> Result<(), SheetError> {
    unpack(bytes, MOST_UNPACKED)
}

fn unpack(bytes: &[u8], most: u64) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Workbook)?;
    if archive.len() > MOST_PARTS {
        return Err(SheetError::Bomb);
    }
    let mut left = most;
    let mut content = Vec::new();
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| SheetError::Workbook)?;
        let name = part
            .name()
            .map_err(|_| SheetError::Workbook)?
            .to_ascii_lowercase();
        content.clear();
        part.take(left.saturating_add(1))
            .read_to_end(&mut content)
            .map_err(|_| SheetError::Workbook)?;
        let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(size).ok_or(SheetError::Bomb)?;
        // other parts are pictures and the like, which nobody opens
        let read = [".xml", ".rels"].iter().any(|end| name.ends_with(end));
        if read {
            check_text(&content)?;
        }
    }
    Ok(())
}

/// Checks a part that is XML. It must be UTF-8, as Excel and WPS write it: in another encoding the
/// attribute would not be seen.
fn check_text(content: &[u8]) -> Result<(), SheetError> {
    let text = std::str::from_utf8(content).map_err(|_| SheetError::Workbook)?;
    if text.contains('\0') {
        return Err(SheetError::Workbook);
    }
    for (start, _) in text.match_indices(ANNOUNCED) {
        let rest = text.get(start + ANNOUNCED.len()..).unwrap_or_default();
        let rest = rest.trim_start().strip_prefix('=').unwrap_or_default();
        let rest = rest.trim_start().trim_start_matches(['"', '\'']);
        let rest = rest.trim_start().trim_start_matches('+');
        let digits: String = rest
            .chars()
            .take_while(char::is_ascii_digit)
            .take(20)
            .collect();
        if !digits.is_empty()
            && digits
                .parse()
                .map_or(true, |count: u64| count > MOST_STRINGS)
        {
            return Err(SheetError::Bomb);
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::{SheetError, check, unpack};

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let zeros = vec![b'0'; 600 * 1024];
        let bomb = archive(&[("a.bin", &zeros), ("b.bin", &zeros)]);
        let limit = 1024 * 1024;
        assert!(bomb.len() < 8 * 1024, "{}", bomb.len());
        assert_eq!(unpack(&bomb, limit), Err(SheetError::Bomb));
        assert_eq!(unpack(&archive(&[("a.bin", &zeros)]), limit), Ok(()));
        let names: Vec<String> = (0..300).map(|number| format!("{number}.xml")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(check(&archive(&many)), Err(SheetError::Bomb));
    }

    #[test]
    fn strings_are_not_reserved_for_on_somebodys_word() {
        let strings = |attribute: &str| archive(&[("xl/sharedStrings.xml", attribute.as_bytes())]);
        for announced in [
            "<sst uniqueCount=\"99999999999\">",
            "<sst uniqueCount = '18446744073709551615'>",
            "<sst uniqueCount=\"99999999999999999999999\">",
        ] {
            assert_eq!(
                check(&strings(announced)),
                Err(SheetError::Bomb),
                "{announced}"
            );
        }
        assert_eq!(
            check(&strings("<sst count=\"9\" uniqueCount=\"12\">")),
            Ok(())
        );
        let wide: Vec<u8> = "<sst uniqueCount=\"99999999999\">"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let wide = archive(&[("xl/sharedStrings.xml", &wide)]);
        assert_eq!(check(&wide), Err(SheetError::Workbook));
    }
}
