//! The parts of countries whose addresses name them by a code.

/// By country: code and name.
static REGIONS: &[(&str, &str)] = &[
    (
        "CA",
        "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|\
         NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|QC Québec|\
         SK Saskatchewan|YT Yukon",
    ),
    (
        "US",
        "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|\
         DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|\
         KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|\
         MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|\
         NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|\
         SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|\
         WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|\
         PR Puerto Rico|VI U.S. Virgin Islands|AA Armed Forces Americas|AE Armed Forces Europe|AP Armed Forces Pacific",
    ),
    (
        "AU",
        "ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|\
         SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia",
    ),
];

/// No part of that country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown;

/// The code of a part of a country, given as its code or its name; `None` of a country whose parts are not listed here.
pub(super) fn code(country: &str, region: &str) -> Result<Option<&'static str>, Unknown> {
    let Some((_, parts)) = REGIONS.iter().find(|(of, _)| *of == country) else { return Ok(None) };
    let region = region.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut parts = parts.split('|').filter_map(|part| part.split_once(' '));
    let found = parts.find(|(code, name)| code.to_lowercase() == region || name.to_lowercase() == region);
    found.map(|(code, _)| Some(code)).ok_or(Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_code_or_name() {
        assert_eq!(code("CA", "qc"), Ok(Some("QC")));
        assert_eq!(code("CA", "QUÉBEC"), Ok(Some("QC")));
        assert_eq!(code("CA", "Newfoundland  and Labrador"), Ok(Some("NL")));
        assert_eq!(code("US", "district of columbia"), Ok(Some("DC")));
        assert_eq!(code("AU", "Victoria"), Ok(Some("VIC")));
        assert_eq!(code("US", "Ontario"), Err(Unknown));
        assert_eq!(code("DE", "Bayern"), Ok(None));
        let count = |country: &str| {
            let (_, parts) = REGIONS.iter().find(|(of, _)| *of == country).unwrap();
            let codes: std::collections::BTreeSet<_> =
                parts.split('|').map(|part| part.split_once(' ').unwrap().0).collect();
            codes.len()
        };
        assert_eq!((count("CA"), count("US"), count("AU")), (13, 59, 8));
    }
}
