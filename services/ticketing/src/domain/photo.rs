//! Photos (现场照片): recognised by content, freed of everything that is not the picture.
//!
//! The container is taken apart and put together again from the parts on a short list: what is not on it (EXIF, XMP,
//! IPTC, comments, texts, thumbnails, second pictures, anything behind the end) does not come through, whether it is
//! known today or not. Pixels are not decoded and stay as they are.
//!
//! Of EXIF one value is kept where it matters: the turn of the camera, in a block that holds nothing else. Without it
//! portrait photos would lie on their side.

mod jpeg;
mod png;
mod tiff;
mod webp;

use bytes::Bytes;
use kernel::Named;
use serde::{Deserialize, Serialize};

/// The largest file that is taken, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// The largest picture that is taken, in pixels: a small file may unpack to more than an app can hold.
const MAX_PIXELS: u64 = 150_000_000;

kernel::named! {
    /// What a photo is stored as.
    #[derive(Serialize, Deserialize)]
    pub enum PhotoKind {
        /// JPEG.
        Jpeg = "jpeg",
        /// PNG.
        Png = "png",
        /// WebP.
        Webp = "webp",
    }
}

impl PhotoKind {
    /// Returns the media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// Recognises a file by its first bytes; its name and what its sender calls it do not count.
    #[must_use]
    pub fn recognise(content: &[u8]) -> Option<Self> {
        if content.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Some(Self::Jpeg);
        }
        if content.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        let is_webp = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
        is_webp.then_some(Self::Webp)
    }
}

/// A photo without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// What it is.
    pub kind: PhotoKind,
    /// Width in pixels, before the turn.
    pub width: u32,
    /// Height in pixels, before the turn.
    pub height: u32,
    /// The file.
    pub content: Bytes,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhoto {
    /// It is none of the kinds.
    #[error("neither JPEG, PNG nor WebP")]
    Unrecognised,
    /// It begins like one and does not go on like one, or ends too early.
    #[error("a broken {}", .0.name())]
    Broken(PhotoKind),
    /// It unpacks to too many pixels.
    #[error("{0} x {1} pixels are too many")]
    TooLarge(u32, u32),
}

/// Recognises a photo and frees it of metadata.
pub fn clean(content: Bytes) -> Result<Photo, NotAPhoto> {
    let kind = PhotoKind::recognise(&content).ok_or(NotAPhoto::Unrecognised)?;
    let cleaned = match kind {
        PhotoKind::Jpeg => jpeg::clean(content),
        PhotoKind::Png => png::clean(content),
        PhotoKind::Webp => webp::clean(content),
    };
    let Cleaned {
        width,
        height,
        content,
    } = cleaned.ok_or(NotAPhoto::Broken(kind))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(NotAPhoto::TooLarge(width, height));
    }
    Ok(Photo {
        kind,
        width,
        height,
        content,
    })
}

/// What is left of a file of one kind.
struct Cleaned {
    width: u32,
    height: u32,
    content: Bytes,
}

#[cfg(test)]
mod tests;
