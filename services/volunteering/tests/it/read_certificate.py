"""Reads the page of a certificate as others do: its text, and the QR code as a camera would see it."""

import base64
import io
import json
import sys

import pypdf
import pypdfium2
import zxingcpp

question = json.load(sys.stdin)
pdf = base64.urlsafe_b64decode(question["pdf"] + "=" * (-len(question["pdf"]) % 4))
reader = pypdf.PdfReader(io.BytesIO(pdf), strict=True)
picture = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
json.dump(
    {
        "pages": len(reader.pages),
        "title": reader.metadata.title,
        "text": reader.pages[0].extract_text(),
        "codes": [code.text for code in zxingcpp.read_barcodes(picture)],
    },
    sys.stdout,
)
