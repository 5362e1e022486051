//! What people say in the steps, as their devices send it.

use serde_json::{Value, json};

/// Every step that holds data, in an order that an organization might ask in, with what the sample person says. Contact is
/// confirmed apart.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("person", person()),
        ("location", json!({"latitude": 45.5, "longitude": -73.6, "accuracy_m": 12.5})),
        ("contact", contact()),
        ("business", business()),
        ("pep_hio", pep_hio()),
        ("financial", financial()),
        ("consent", answer()),
        ("attestation", answer()),
        ("estate", estate()),
    ]
}

/// As the sample passport has it.
pub fn person() -> Value {
    json!({
        "first_name": "Raphael", "middle_name": "John", "last_name": "Hythloday", "birth_date": "1978-02-07",
        "birth_place": "Amaurot", "birth_country": "PT", "nationalities": ["UTO"],
        "former_names": [{"last_name": "Smith", "until": "2001-05-05"}],
        "national_numbers": [{"country": "CA", "kind": "social_security", "number": "046 454 286"}],
    })
}

pub fn address() -> Value {
    json!({
        "line1": "3800 Rue Saint-Denis", "line2": "5", "city": "Montréal", "region": "QC",
        "postal_code": "h2w 2m3", "country": "CA",
    })
}

pub fn contact() -> Value {
    json!({"email": "raphael@example.com", "phone": "+1 514 555 0189", "address": address()})
}

pub fn party(name: &str) -> Value {
    json!({"kind": "person", "name": name, "born_on": "1970-02-03", "country": "CA", "email": "p@example.com"})
}

pub fn business() -> Value {
    json!({
        "legal_name": "Roy Import Inc.", "trade_names": ["Nord"], "registration_number": "1234567-8",
        "form": "corporation", "country": "CA", "founded_on": "2011-04-01", "address": address(),
        "officers": [{"party": party("Paul Roy"), "title": "President"}],
        "owners": [{"party": party("Paul Roy"), "share": 60}, {"party": party("Marie Côté"), "share": 40}],
        "controllers": [{"party": party("Luc Gagnon"), "control": "arrangement"}],
    })
}

pub fn pep_hio() -> Value {
    json!({
        "foreign_office": false, "domestic_office": false, "head_of_organization": false,
        "family_member": true, "close_associate": false,
        "offices": [{
            "relation": "sibling", "holder": party("Jean Roy"), "kind": "domestic", "role": "mayor",
            "title": "Maire", "body": "Ville de Laval", "country": "CA", "since": "2015-11-01",
        }],
    })
}

pub fn financial() -> Value {
    json!({
        "employment": "employed", "occupation": "Engineer", "employer": "Nord", "source_of_funds": ["employment"],
        "source_of_wealth": ["savings"], "currency": "CAD", "annual_income": 90000, "net_worth": 250000,
        "expected_activity": {
            "purpose": "Savings", "transactions_a_month": 4, "amount_a_month": 2000, "countries": ["CA"],
        },
        "third_party": {"acts_for_another": false},
    })
}

/// To the texts that everybody is asked where an organization has none of its own.
pub fn answer() -> Value {
    json!({
        "text_version": "2026-11", "language": "en", "agreed": true, "signature": {"typed": "Raphael Hythloday"},
    })
}

pub fn estate() -> Value {
    json!({
        "deceased": {
            "name": "Karl Roy", "birth_date": "1940-01-02", "death_date": "2026-02-03",
            "death_place": "Québec", "last_address": address(),
        },
        "executor": {
            "capacity": "executor", "proof": "will", "proof_number": "A-17", "proof_date": "2019-06-07",
            "others": [party("Marie Côté")],
        },
        "beneficiaries": [{"party": party("Luc Gagnon"), "relationship": "grandson", "share": 100}],
    })
}
