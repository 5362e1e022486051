//! One table of towns out of the three of GeoNames: a town with the names of its administrative areas, instead of
//! their codes, and lines instead of JSON, which is ten times faster to read.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;

#[derive(Deserialize)]
struct Town<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    lat: Cow<'a, str>,
    lng: Cow<'a, str>,
    country: Cow<'a, str>,
    admin1: Cow<'a, str>,
    admin2: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Area<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    name: Cow<'a, str>,
}

/// Lines of latitude, longitude, country, first and second administrative area, name; separated by tabs, in the
/// order of `towns`. An area whose name is not known is empty.
pub(super) fn table(towns: &[u8], areas: &[u8], sub_areas: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |error: serde_json::Error| format!("not a table of places: {error}");
    let towns: Vec<Town<'_>> = serde_json::from_slice(towns).map_err(failed)?;
    let names = |json| -> Result<HashMap<Cow<'_, str>, Cow<'_, str>>, String> {
        let areas: Vec<Area<'_>> = serde_json::from_slice(json).map_err(failed)?;
        Ok(areas.into_iter().map(|area| (area.code, area.name)).collect())
    };
    let (areas, sub_areas) = (names(areas)?, names(sub_areas)?);
    let mut table = String::new();
    for town in &towns {
        let code = format!("{}.{}", town.country, town.admin1);
        let area = areas.get(code.as_str()).map_or("", |name| name);
        let code = format!("{code}.{}", town.admin2);
        let sub_area = sub_areas.get(code.as_str()).map_or("", |name| name);
        let line = [&*town.lat, &*town.lng, &*town.country, area, sub_area, &*town.name];
        if line.iter().any(|part| part.contains(['\t', '\n', '\r'])) {
            return Err("a name holds a tab or a line break".to_owned());
        }
        table.push_str(&line.join("\t"));
        table.push('\n');
    }
    Ok(table.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towns_get_the_names_of_their_areas() {
        let towns = br#"[{"name":"Lyon","lat":"45.7","lng":"4.8","country":"FR","admin1":"84","admin2":"69"},
            {"name":"N\u00eemes","lat":"43.8","lng":"4.4","country":"FR","admin1":"76","admin2":""}]"#;
        let areas = br#"[{"code":"FR.84","name":"Auvergne-Rh\u00f4ne-Alpes"}]"#;
        let sub_areas = br#"[{"code":"FR.84.69","name":"Rh\u00f4ne"}]"#;
        let made = table(towns, areas, sub_areas).unwrap();
        let expected = "45.7\t4.8\tFR\tAuvergne-Rhône-Alpes\tRhône\tLyon\n43.8\t4.4\tFR\t\t\tNîmes\n";
        assert_eq!(String::from_utf8(made).unwrap(), expected);
        assert!(table(b"{}", b"[]", b"[]").is_err());
    }
}
