//! document/barcode
