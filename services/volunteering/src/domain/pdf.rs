//! A page of PDF (ISO 32000-1), written without a font file: Chinese is set in `STSong-Light`, a font that every reader
//! knows or replaces, under the encoding `UniGB-UCS2-H`. The same content makes the same bytes.

use std::fmt::Write;

/// Width and height of A4, in points.
pub(crate) const WIDTH: u32 = 595;
pub(crate) const HEIGHT: u32 = 842;

/// Shown where a letter lies beyond what the encoding has.
const UNKNOWN: u16 = 0x3013;

/// One page, drawn from the top; the origin is below on the left.
#[derive(Default)]
pub(crate) struct PdfPage {
    content: String,
}

/// Units of UTF-16, big-endian, in hexadecimal; beyond the basic plane the encoding has nothing.
fn hexadecimal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 4);
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        let unit = u16::try_from(u32::from(letter)).unwrap_or(UNKNOWN);
        push(&mut out, format_args!("{unit:04X}"));
    }
    out
}

/// Half-widths of a text: a Chinese letter has two, a Latin one.
pub(crate) fn half_widths(text: &str) -> u32 {
    let of = |letter: char| if letter.is_ascii() { 1 } else { 2 };
    text.chars().map(of).sum()
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing to a string does not fail
    out.write_fmt(text).ok();
}

impl PdfPage {
    /// Writes a text from a point on.
    pub(crate) fn text(&mut self, (x, y): (u32, u32), size: u32, text: &str) {
        let shown = hexadecimal(text);
        push(
            &mut self.content,
            format_args!("BT /F1 {size} Tf {x} {y} Td <{shown}> Tj ET\n"),
        );
    }

    /// Writes a text in the middle of the page.
    pub(crate) fn centred(&mut self, y: u32, size: u32, text: &str) {
        let width = half_widths(text) * size / 2;
        let x = WIDTH.saturating_sub(width) / 2;
        self.text((x, y), size, text);
    }

    /// Draws a thin line to the right.
    pub(crate) fn line(&mut self, (x, y): (u32, u32), length: u32) {
        let end = x + length;
        push(
            &mut self.content,
            format_args!("0.5 w {x} {y} m {end} {y} l S\n"),
        );
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, (x, y): (u32, u32), (width, height): (u32, u32)) {
        push(
            &mut self.content,
            format_args!("{x} {y} {width} {height} re f\n"),
        );
    }

    /// Returns the document.
    pub(crate) fn finish(self, title: &str) -> Vec<u8> {
        let content = format!(
            "<< /Length {} >>\nstream\n{}endstream",
            self.content.len(),
            self.content
        );
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>"
            ),
            content,
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>".to_owned(),
            // letters 1 to 95 of the collection are the Latin ones, half as wide
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 7 0 R /DW 1000 /W [1 95 500] >>".to_owned(),
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>".to_owned(),
            format!("<< /Title <FEFF{}> /Producer (Linli) >>", hexadecimal(title)),
        ];
        let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut table = String::from("0000000000 65535 f \n");
        for (place, object) in objects.iter().enumerate() {
            push(&mut table, format_args!("{:010} 00000 n \n", out.len()));
            let object = format!("{} 0 obj\n{object}\nendobj\n", place + 1);
            out.extend_from_slice(object.as_bytes());
        }
        let size = objects.len() + 1;
        let end = format!(
            "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info {} 0 R >>\nstartxref\n{}\n%%EOF\n",
            objects.len(),
            out.len()
        );
        out.extend_from_slice(end.as_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{PdfPage, half_widths, hexadecimal};

    #[test]
    fn text_is_written_in_units_of_two_bytes() {
        assert_eq!(hexadecimal("A证)\n"), "00418BC10029");
        assert_eq!(hexadecimal("𠮷"), "3013");
        assert_eq!(half_widths("A证明"), 5);
    }

    #[test]
    fn the_table_says_where_each_object_begins() {
        let mut page = PdfPage::default();
        page.centred(700, 20, "志愿服务记录证明");
        page.fill((10, 10), (3, 3));
        let made = page.finish("证明");
        let text = String::from_utf8_lossy(&made);
        // the marker of binary content is four bytes, of which the lossy text makes others: bytes are searched
        let find = |needle: &[u8]| {
            made.windows(needle.len())
                .position(|part| part == needle)
                .unwrap_or_default()
        };
        for number in 1..=8 {
            let begin = find(format!("\n{number} 0 obj").as_bytes()) + 1;
            assert!(text.contains(&format!("{begin:010} 00000 n ")), "{number}");
        }
        let table = find(b"xref\n0 9");
        assert!(text.ends_with(&format!("startxref\n{table}\n%%EOF\n")));
        assert!(!text.contains('\u{8bc1}'));
    }
}
