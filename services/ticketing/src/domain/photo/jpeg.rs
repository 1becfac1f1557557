//! JPEG: segments up to the first scan, then scans with tables between them, then the end.

use bytes::{BufMut, Bytes, BytesMut};
use img_parts::jpeg::{Jpeg, JpegSegment, markers};

use super::Cleaned;
use super::tiff;

/// The header of JFIF: version, density, and the size of a thumbnail, which is set to nothing.
const JFIF: &[u8] = b"JFIF\0";
const JFIF_LENGTH: usize = 14;
const THUMBNAIL_SIZE: usize = 12;

/// Takes a file apart and puts the picture together again.
pub(super) fn clean(content: Bytes) -> Option<Cleaned> {
    let jpeg = Jpeg::from_bytes(content).ok()?;
    let (width, height) = jpeg.dimensions()?;
    let turn = jpeg
        .segments_by_marker(markers::APP1)
        .find(|segment| segment.contents().starts_with(tiff::EXIF_PREFIX))
        .and_then(|segment| tiff::turn_only(segment.contents()));
    let mut made = BytesMut::with_capacity(jpeg.len());
    made.put_slice(&[markers::P, markers::SOI]);
    let (first_scan, head) = jpeg.segments().split_last()?;
    if first_scan.marker() != markers::SOS {
        return None;
    }
    let kept: Vec<Bytes> = head.iter().filter_map(keep_of_head).collect();
    for segment in kept.iter().filter(|segment| is_jfif(segment)) {
        made.put_slice(segment);
    }
    if let Some(turn) = turn {
        put_segment(
            &mut made,
            markers::APP1,
            &[tiff::EXIF_PREFIX, &turn].concat(),
        )?;
    }
    for segment in kept.iter().filter(|segment| !is_jfif(segment)) {
        made.put_slice(segment);
    }
    put_segment(&mut made, markers::SOS, first_scan.contents())?;
    let whole = first_scan.clone().encoder().bytes();
    // marker and length come before the contents
    let rest = whole.get(first_scan.contents().len().checked_add(4)?..)?;
    put_scans(&mut made, rest)?;
    Some(Cleaned {
        width: u32::from(width),
        height: u32::from(height),
        content: made.freeze(),
    })
}

/// Writes a segment of the head that belongs to the picture.
fn keep_of_head(segment: &JpegSegment) -> Option<Bytes> {
    let (marker, contents) = (segment.marker(), segment.contents());
    let contents = match marker {
        markers::APP0 if contents.starts_with(JFIF) => {
            let mut header = BytesMut::from(contents.get(..JFIF_LENGTH)?);
            header.get_mut(THUMBNAIL_SIZE..)?.fill(0);
            header.freeze()
        }
        // colours come out wrong without the profile and without Adobe's note on the colour space
        markers::APP2 if contents.starts_with(b"ICC_PROFILE\0") => contents.clone(),
        markers::APP14 if contents.starts_with(b"Adobe") => contents.clone(),
        _ if is_coding(marker) => contents.clone(),
        _ => return None,
    };
    let mut made = BytesMut::with_capacity(contents.len().saturating_add(4));
    put_segment(&mut made, marker, &contents)?;
    Some(made.freeze())
}

fn is_jfif(segment: &Bytes) -> bool {
    segment.get(1) == Some(&markers::APP0)
}

/// Tells whether a segment is needed to decode the pixels: frames, tables, scans.
fn is_coding(marker: u8) -> bool {
    match marker {
        markers::SOI | markers::EOI | markers::JPG | markers::RST0..=markers::RST7 => false,
        _ => (markers::SOF0..=markers::EXP).contains(&marker),
    }
}

fn put_segment(made: &mut BytesMut, marker: u8, contents: &[u8]) -> Option<()> {
    let length = u16::try_from(contents.len().checked_add(2)?).ok()?;
    made.put_slice(&[markers::P, marker]);
    made.put_u16(length);
    made.put_slice(contents);
    Some(())
}

/// Copies scans and the tables between them up to the end of the picture; nothing where that end is missing.
fn put_scans(made: &mut BytesMut, mut rest: &[u8]) -> Option<()> {
    loop {
        let mark = rest.iter().position(|byte| *byte == markers::P)?;
        let (data, behind) = rest.split_at_checked(mark)?;
        made.put_slice(data);
        let next = *behind.get(1)?;
        match next {
            // an 0xFF of the data, or a restart between two stretches of it
            markers::Z | markers::RST0..=markers::RST7 => {
                made.put_slice(&[markers::P, next]);
                rest = behind.get(2..)?;
            }
            // a fill byte
            markers::P => rest = behind.get(1..)?,
            markers::EOI => {
                made.put_slice(&[markers::P, markers::EOI]);
                return Some(());
            }
            markers::SOI => return None,
            _ => {
                let length: [u8; 2] = behind.get(2..4)?.try_into().ok()?;
                let end = usize::from(u16::from_be_bytes(length)).checked_add(2)?;
                let contents = behind.get(4..end)?;
                if is_coding(next) {
                    put_segment(made, next, contents)?;
                }
                rest = behind.get(end..)?;
            }
        }
    }
}
