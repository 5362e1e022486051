//! Issuer identification numbers, from AAMVA's published list.

/// A jurisdiction that issues cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer {
    /// Six digits (ISO/IEC 7812).
    pub iin: u32,
    /// The postal abbreviation of the state, province or territory.
    pub state: &'static str,
    /// ISO 3166-1 alpha-3.
    pub country: &'static str,
}

/// The issuer of a number.
pub fn issuer(iin: u32) -> Option<&'static Issuer> {
    ISSUERS.iter().find(|i| i.iin == iin)
}

/// The issuer of a state's or province's own cards.
pub(super) fn by_state(state: &str) -> Option<&'static Issuer> {
    ISSUERS.iter().find(|i| i.state == state)
}

const fn usa(iin: u32, state: &'static str) -> Issuer {
    Issuer { iin, state, country: "USA" }
}
const fn can(iin: u32, state: &'static str) -> Issuer {
    Issuer { iin, state, country: "CAN" }
}
const fn mex(iin: u32, state: &'static str) -> Issuer {
    Issuer { iin, state, country: "MEX" }
}

#[rustfmt::skip]
static ISSUERS: [Issuer; 72] = [
    can(604426, "PE"), usa(604427, "AS"), can(604428, "QC"), can(604429, "YT"), usa(604430, "MP"),
    usa(604431, "PR"), can(604432, "AB"), can(604433, "NU"), can(604434, "NT"), usa(636000, "VA"),
    usa(636001, "NY"), usa(636002, "MA"), usa(636003, "MD"), usa(636004, "NC"), usa(636005, "SC"),
    usa(636006, "CT"), usa(636007, "LA"), usa(636008, "MT"), usa(636009, "NM"), usa(636010, "FL"),
    usa(636011, "DE"), can(636012, "ON"), can(636013, "NS"), usa(636014, "CA"), usa(636015, "TX"),
    can(636016, "NL"), can(636017, "NB"), usa(636018, "IA"), usa(636019, "GU"), usa(636020, "CO"),
    usa(636021, "AR"), usa(636022, "KS"), usa(636023, "OH"), usa(636024, "VT"), usa(636025, "PA"),
    usa(636026, "AZ"),
    // Cards of the Department of State for diplomats
    usa(636027, "DC"),
    can(636028, "BC"), usa(636029, "OR"), usa(636030, "MO"), usa(636031, "WI"), usa(636032, "MI"),
    usa(636033, "AL"), usa(636034, "ND"), usa(636035, "IL"), usa(636036, "NJ"), usa(636037, "IN"),
    usa(636038, "MN"), usa(636039, "NH"), usa(636040, "UT"), usa(636041, "ME"), usa(636042, "SD"),
    usa(636043, "DC"), can(636044, "SK"), usa(636045, "WA"), usa(636046, "KY"), usa(636047, "HI"),
    can(636048, "MB"), usa(636049, "NV"), usa(636050, "ID"), usa(636051, "MS"), usa(636052, "RI"),
    usa(636053, "TN"), usa(636054, "NE"), usa(636055, "GA"), mex(636056, "CU"), mex(636057, "HL"),
    usa(636058, "OK"), usa(636059, "AK"), usa(636060, "WY"), usa(636061, "WV"), usa(636062, "VI"),
];
