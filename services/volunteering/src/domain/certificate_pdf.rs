//! A certificate as a page to print: what S37 asks for, and a QR code that leads to where it is checked.

use jiff::tz::TimeZone;
use qrcode::{Color, EcLevel, QrCode};

use super::catalogue::Catalogue;
use super::certificate::Certificate;
use super::pdf::PdfPage;

/// Left edge of the text.
const LEFT: u32 = 72;
/// Width of the text.
const MEASURE: u32 = 451;
/// Where values begin.
const VALUES: u32 = 230;
/// Points of one module of the QR code.
const MODULE: u32 = 3;

/// The page lacks what it must show: an address too long for a QR code.
#[derive(Debug, thiserror::Error)]
#[error("the address does not fit into a QR code")]
pub(crate) struct NotDrawn;

/// A length of time in hours and minutes.
fn spoken(minutes: u64) -> String {
    format!(
        "{} 小时 {} 分 ({}:{:02} h)",
        minutes / 60,
        minutes % 60,
        minutes / 60,
        minutes % 60
    )
}

/// Draws a certificate; `address` is where anyone checks it.
pub(crate) fn draw(
    certificate: &Certificate,
    catalogue: &Catalogue,
    address: &str,
) -> Result<Vec<u8>, NotDrawn> {
    let mut page = PdfPage::default();
    page.centred(752, 24, "志愿服务记录证明");
    page.centred(730, 11, "Record of Voluntary Service");
    let mut y = 690;
    let mut row = |page: &mut PdfPage, label: &str, value: &str| {
        page.text((LEFT, y), 11, label);
        page.text((VALUES, y), 11, value);
        y -= 22;
    };
    row(&mut page, "证明编号 (number)", &certificate.number);
    row(
        &mut page,
        "志愿者编号 (volunteer)",
        &certificate.volunteer_number,
    );
    // who it is about stands in no store of this service: the holder shows a document beside it
    row(
        &mut page,
        "姓名 (name)",
        "________________  出示有效证件核对",
    );
    let days = format!("{} — {}", certificate.from, certificate.until);
    row(&mut page, "服务期间 (days)", &days);
    row(
        &mut page,
        "累计时长 (time served)",
        &spoken(certificate.minutes()),
    );
    page.line((LEFT, y + 8), MEASURE);
    y -= 10;
    for (x, head) in [
        (LEFT, "服务内容 (service)"),
        (330, "次数 (times)"),
        (410, "时长 (time)"),
    ] {
        page.text((x, y), 11, head);
    }
    y -= 22;
    for (kind, times, minutes) in &certificate.service {
        let title = catalogue.kinds.get(kind).map(|kind| &kind.title);
        let title = title.map_or_else(
            || kind.clone(),
            |title| format!("{} {}", title.zh, title.en),
        );
        page.text((LEFT, y), 10, &title);
        page.text((330, y), 10, &times.to_string());
        page.text(
            (410, y),
            10,
            &format!("{}:{:02} h", minutes / 60, minutes % 60),
        );
        y = y.saturating_sub(18);
    }
    page.line((LEFT, y + 8), MEASURE);
    office(&mut page, certificate, &catalogue.zone);
    code(&mut page, address)?;
    Ok(page.finish(&format!("志愿服务记录证明 {}", certificate.number)))
}

/// Who answers for it, below.
fn office(page: &mut PdfPage, certificate: &Certificate, zone: &TimeZone) {
    let office = &certificate.office;
    let person = office.person_in_charge.map(|person| person.to_string());
    let issued = certificate.issued_at.map(|at| at.date_in(zone).to_string());
    let good = certificate
        .good_until
        .map(|at| at.date_in(zone).to_string());
    let code = certificate.issuer.leaf().map(|code| code.to_string());
    let lines = [
        ("出具单位 (issued by)", Some(office.name.clone())),
        ("单位编码 (code)", code),
        ("负责人 (in charge)", person),
        (
            "经办人 (handled by)",
            Some(certificate.issued_by.to_string()),
        ),
        ("联系方式 (contact)", office.contact.clone()),
        ("出具日期 (date)", issued),
        ("有效期至 (good until)", good),
    ];
    let mut y = 222;
    for (label, value) in lines {
        if let Some(value) = value {
            page.text((LEFT, y), 9, &format!("{label}  {value}"));
            y -= 16;
        }
    }
    let note = "扫码或按证明编号核验；电子签名见核验页。Check it by the code or its number; the signature is there.";
    page.text((LEFT, 72), 8, note);
}

/// The QR code, dark modules as rectangles as long as they run.
fn code(page: &mut PdfPage, address: &str) -> Result<(), NotDrawn> {
    let level = EcLevel::M;
    let code = QrCode::with_error_correction_level(address, level).map_err(|_| NotDrawn)?;
    let width = u32::try_from(code.width()).map_err(|_| NotDrawn)?;
    let modules = code.to_colors();
    let (left, top) = (LEFT + MEASURE - width * MODULE, 100 + width * MODULE);
    let mut y = top;
    for row in modules.chunks(code.width()) {
        y -= MODULE;
        let mut x = left;
        for run in row.chunk_by(|one, other| one == other) {
            let length = u32::try_from(run.len()).map_err(|_| NotDrawn)? * MODULE;
            if run.first() == Some(&Color::Dark) {
                page.fill((x, y), (length, MODULE));
            }
            x += length;
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::draw;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::certificate::tests::announced;

    #[test]
    fn the_same_certificate_makes_the_same_bytes_and_a_long_address_none() {
        let rules = Catalogue::built_in().unwrap();
        let certificate = announced("2026-12-01T00:00:00Z".parse().unwrap());
        let one = draw(&certificate, &rules, "https://city.example/c/1").unwrap();
        assert_eq!(
            one,
            draw(&certificate, &rules, "https://city.example/c/1").unwrap()
        );
        assert_ne!(
            one,
            draw(&certificate, &rules, "https://city.example/c/2").unwrap()
        );
        assert!(one.len() < 40_000, "{}", one.len());
        assert!(draw(&certificate, &rules, &"x".repeat(5_000)).is_err());
    }
}
