//! Our own API in memory, asked over HTTP. Modules mirror `src`.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod support;
mod verifications {
    mod hits;
    mod list;
    mod pictures;
    mod read;
    mod report;
    mod review;
    mod withdraw;
}
