//! document/ocr
