//! image/warp
