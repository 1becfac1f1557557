#![expect(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "tests may"
)]

use bytes::Bytes;
use img_parts::png::PngChunk;
use kernel::Named;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::Index;

use super::{NotAPhoto, Photo, PhotoKind, clean};

const SECRET: &[u8] = b"30.5928N 114.3055E";

/// A segment of a JPEG.
fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).unwrap();
    [&[0xFF, marker], length.to_be_bytes().as_slice(), contents].concat()
}

/// An EXIF block with a secret, and a turn where one is given.
fn exif(turn: Option<u8>, little: bool) -> Vec<u8> {
    let mut block = if little {
        b"II\x2a\0\x08\0\0\0".to_vec()
    } else {
        b"MM\0\x2a\0\0\0\x08".to_vec()
    };
    let short = |value: u16| {
        if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    };
    let long = |value: u32| {
        if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    };
    block.extend(short(2));
    for (tag, value) in [(0x010F, 7), (0x0112, u16::from(turn.unwrap_or(1)))] {
        block.extend(short(tag));
        block.extend(short(3));
        block.extend(long(1));
        block.extend(short(value));
        block.extend(short(0));
    }
    block.extend(long(0));
    block.extend(SECRET);
    block
}

/// A small JPEG with every kind of metadata at every place.
fn jpeg(turn: Option<u8>) -> Vec<u8> {
    let app1 = [b"Exif\0\0".as_slice(), &exif(turn, true)].concat();
    let mpf = [b"MPF\0".as_slice(), SECRET].concat();
    let jfif_with_thumbnail = [
        b"JFIF\0\x01\x02\x00\x00\x48\x00\x48\x01\x01".as_slice(),
        SECRET,
    ]
    .concat();
    [
        vec![0xFF, 0xD8],
        segment(0xE0, &jfif_with_thumbnail),
        segment(0xE1, &app1),
        segment(
            0xE1,
            &[b"http://ns.adobe.com/xap/1.0/\0".as_slice(), SECRET].concat(),
        ),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01profile"),
        segment(0xE2, &mpf),
        segment(0xED, &[b"Photoshop 3.0\0".as_slice(), SECRET].concat()),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
        segment(0xFE, SECRET),
        segment(0xDB, b"quantisation"),
        segment(0xC2, b"\x08\x00\x10\x00\x20\x01\x01\x11\x00"),
        segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
        b"data\xFF\x00more\xFF\xD0still".to_vec(),
        segment(0xFE, SECRET),
        segment(0xE1, SECRET),
        segment(0xC4, b"huffman"),
        segment(0xDA, b"\x01\x01\x01\x01\x3f\x00"),
        b"second\xFF\xFF\xD9".to_vec(),
        b"PK\x03\x04 behind the end ".to_vec(),
        SECRET.to_vec(),
    ]
    .concat()
}

fn chunk(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
    PngChunk::new(kind, Bytes::copy_from_slice(contents))
        .encoder()
        .bytes()
        .to_vec()
}

fn png(turn: Option<u8>) -> Vec<u8> {
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", b"\0\0\0\x20\0\0\0\x10\x08\x02\0\0\0"),
        chunk(*b"eXIf", &exif(turn, false)),
        chunk(*b"gAMA", b"\0\0\xb1\x8f"),
        chunk(*b"tEXt", &[b"GPS\0".as_slice(), SECRET].concat()),
        chunk(
            *b"iTXt",
            &[b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), SECRET].concat(),
        ),
        chunk(*b"prVt", SECRET),
        chunk(*b"IDAT", b"pixels"),
        chunk(*b"tIME", b"\x07\xea\x0b\x16\x08\0\0"),
        chunk(*b"IEND", b""),
        SECRET.to_vec(),
    ]
    .concat()
}

fn riff_chunk(id: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut made = id.to_vec();
    made.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    made.extend(data);
    made.extend(vec![0; data.len() % 2]);
    made
}

fn webp(turn: Option<u8>) -> Vec<u8> {
    let frame = [
        [0; 16].to_vec(),
        riff_chunk(*b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a\x20\x00\x10\x00pixels"),
        riff_chunk(*b"meta", SECRET),
    ]
    .concat();
    let chunks = [
        b"WEBP".to_vec(),
        riff_chunk(*b"VP8X", b"\x2e\0\0\0\x1f\0\0\x0f\0\0"),
        riff_chunk(*b"ICCP", b"profile"),
        riff_chunk(*b"ANIM", b"\0\0\0\0\0\0"),
        riff_chunk(*b"ANMF", &frame),
        riff_chunk(*b"EXIF", &exif(turn, true)),
        riff_chunk(*b"XMP ", SECRET),
        riff_chunk(*b"else", SECRET),
    ]
    .concat();
    [riff_chunk(*b"RIFF", &chunks), SECRET.to_vec()].concat()
}

fn cleaned(content: Vec<u8>) -> Photo {
    clean(Bytes::from(content)).unwrap()
}

fn holds(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}

#[test]
fn nothing_but_the_picture_is_left_of_a_jpeg() {
    let photo = cleaned(jpeg(None));
    assert_eq!(
        (photo.kind, photo.width, photo.height),
        (PhotoKind::Jpeg, 32, 16)
    );
    for gone in [
        SECRET,
        b"Exif",
        b"adobe.com",
        b"MPF",
        b"Photoshop",
        b"PK\x03\x04",
    ] {
        assert!(
            !holds(&photo.content, gone),
            "{}",
            String::from_utf8_lossy(gone)
        );
    }
    for kept in [
        b"JFIF\0\x01\x02\x00\x00\x48\x00\x48\0\0".as_slice(),
        b"ICC_PROFILE",
        b"Adobe\0",
        b"quantisation",
        b"data\xFF\x00more\xFF\xD0still\xFF\xC4",
        b"huffman",
        b"second\xFF\xD9",
    ] {
        assert!(
            holds(&photo.content, kept),
            "{}",
            String::from_utf8_lossy(kept)
        );
    }
    assert!(photo.content.ends_with(&[0xFF, 0xD9]));
}

#[test]
fn nothing_but_the_picture_is_left_of_a_png() {
    let photo = cleaned(png(None));
    assert_eq!(
        (photo.kind, photo.width, photo.height),
        (PhotoKind::Png, 32, 16)
    );
    for gone in [SECRET, b"eXIf", b"tEXt", b"iTXt", b"tIME", b"prVt"] {
        assert!(
            !holds(&photo.content, gone),
            "{}",
            String::from_utf8_lossy(gone)
        );
    }
    for kept in [b"IHDR".as_slice(), b"gAMA", b"IDATpixels", b"IEND"] {
        assert!(
            holds(&photo.content, kept),
            "{}",
            String::from_utf8_lossy(kept)
        );
    }
}

#[test]
fn nothing_but_the_picture_is_left_of_a_webp() {
    let photo = cleaned(webp(None));
    assert_eq!(
        (photo.kind, photo.width, photo.height),
        (PhotoKind::Webp, 32, 16)
    );
    for gone in [SECRET, b"EXIF", b"XMP ", b"else", b"meta"] {
        assert!(
            !holds(&photo.content, gone),
            "{}",
            String::from_utf8_lossy(gone)
        );
    }
    for kept in [
        b"VP8X\x0a\0\0\0\x22".as_slice(),
        b"ICCP",
        b"ANIM",
        b"ANMF",
        b"pixels",
    ] {
        assert!(
            holds(&photo.content, kept),
            "{}",
            String::from_utf8_lossy(kept)
        );
    }
    let length = u32::from_le_bytes(photo.content[4..8].try_into().unwrap());
    assert_eq!(length as usize + 8, photo.content.len());
}

#[test]
fn the_turn_of_the_camera_stays_and_nothing_with_it() {
    for make in [jpeg, png, webp] {
        let photo = cleaned(make(Some(6)));
        let block = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert!(holds(&photo.content, block), "{}", photo.kind.name());
        assert!(!holds(&photo.content, SECRET), "{}", photo.kind.name());
    }
}

#[test]
fn a_cleaned_photo_stays_as_it_is() {
    for make in [jpeg, png, webp] {
        for turn in [None, Some(3)] {
            let once = cleaned(make(turn));
            assert_eq!(clean(once.content.clone()), Ok(once));
        }
    }
}

#[test]
fn other_files_are_told_by_their_content() {
    for content in [
        b"PK\x03\x04\x14\0\0\0".as_slice(),
        b"GIF89a",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\0\0\0\x18ftypheic",
        b"RIFF\x04\0\0\0WAVE",
        b"",
        b"\xFF",
    ] {
        let refusal = clean(Bytes::copy_from_slice(content));
        assert_eq!(refusal, Err(NotAPhoto::Unrecognised));
    }
}

#[test]
fn a_photo_cut_short_is_refused() {
    let jpeg = jpeg(None);
    let end = jpeg
        .windows(2)
        .rposition(|pair| pair == [0xFF, 0xD9])
        .unwrap();
    for length in [4, 20, 200, end] {
        let refusal = clean(Bytes::copy_from_slice(&jpeg[..length]));
        assert_eq!(refusal, Err(NotAPhoto::Broken(PhotoKind::Jpeg)), "{length}");
    }
    let png = png(None);
    let end = png.windows(4).rposition(|name| name == b"IEND").unwrap();
    assert_eq!(
        clean(Bytes::copy_from_slice(&png[..end])),
        Err(NotAPhoto::Broken(PhotoKind::Png))
    );
    let webp = webp(None);
    assert_eq!(
        clean(Bytes::copy_from_slice(&webp[..webp.len() / 2])),
        Err(NotAPhoto::Broken(PhotoKind::Webp))
    );
}

#[test]
fn a_picture_that_unpacks_to_too_much_is_refused() {
    let bomb = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", b"\0\0\x80\0\0\0\x80\0\x08\x02\0\0\0"),
        chunk(*b"IDAT", b"pixels"),
        chunk(*b"IEND", b""),
    ]
    .concat();
    assert_eq!(
        clean(Bytes::from(bomb)),
        Err(NotAPhoto::TooLarge(32_768, 32_768))
    );
}

proptest! {
    #[test]
    fn damage_is_survived_and_what_is_taken_is_clean(
        which in 0..3_usize,
        damage in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..6),
    ) {
        let mut content = [jpeg(Some(8)), png(Some(8)), webp(Some(8))][which].clone();
        for (place, byte) in damage {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if let Ok(photo) = clean(Bytes::from(content)) {
            let kind = PhotoKind::recognise(&photo.content);
            prop_assert_eq!(kind, Some(photo.kind));
            prop_assert!(clean(photo.content).is_ok());
        }
    }
}
