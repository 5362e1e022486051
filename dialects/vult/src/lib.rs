//! dialects/vult
