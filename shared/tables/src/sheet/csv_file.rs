//! CSV: comma-separated, quoted where needed.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{GB18030, UTF_8};

use super::content::{Collector, Raw, SheetError};

/// Reads the rows of a CSV file.
pub(super) fn read(bytes: &[u8], into: &mut Collector) -> Result<(), SheetError> {
    // a file of another kind is no text: its bytes would make letters in GB18030
    if bytes.contains(&0) {
        return Err(SheetError::Encoding);
    }
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
    let text = text.or_else(|| GB18030.decode_without_bom_handling_and_without_replacement(bytes));
    let text = text.ok_or(SheetError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    // it reads from memory, every length is welcome: nothing can go wrong but the text
    while reader
        .read_byte_record(&mut record)
        .map_err(|_| SheetError::Encoding)?
    {
        let line = record.position().map_or(0, |start| first_line(text, start));
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell));
        into.take(&Raw {
            line,
            cells: cells.map(Cow::into_owned).collect(),
        })?;
    }
    Ok(())
}

/// The line on which a record begins: the reader counts from the empty lines before it.
fn first_line(text: &str, start: &csv::Position) -> u32 {
    let from = usize::try_from(start.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let empty = breaks.filter(|byte| **byte == b'\n').count();
    let empty = u32::try_from(empty).unwrap_or(u32::MAX);
    u32::try_from(start.line()).map_or(u32::MAX, |line| line.saturating_add(empty))
}
