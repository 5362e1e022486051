//! The seal on French bills, from the picture to the verdict.

use bonafide_specimen::bill::seal::{CERTIFICATES, ENDED, signed};

use super::*;

/// A bill whose issuer has two certificates, and what its seal says.
fn sealed() -> (Bill, String) {
    let of = |seed| Bill::random("FR", "utility_bill", TODAY, seed).unwrap();
    let fits = |bill: &Bill| {
        bill.issuer.starts_with("Lumenor") && bill.names.len() == 1 && bill.issued < date(2026, 5, 15)
    };
    let drawn = (0..).map(of).find(fits).unwrap();
    let says = drawn.seal().unwrap();
    (drawn, says)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_vouches_for_the_bill_and_a_forged_one_declines_it() {
    let app = App::looking_with(|setup| setup.seals.add(CERTIFICATES.as_bytes()).unwrap()).await;
    let (drawn, says) = sealed();
    let declared = || json!({"declared_data": resident(&drawn)});
    let read = app.judged(declared(), &scanned(&drawn)).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("approved"), vec![10000]), "{read:#}");
    let bill = &read["address_document"];
    // By the seal: capital letters, the surname first.
    let (given, surname) = drawn.names[0].split_once(' ').unwrap();
    let name = bonafide_specimen::transliterate(&format!("{surname} {given}")).replace('<', " ");
    assert_eq!(bill["full_names"], json!([name]));
    assert_eq!(bill["issue_date"], json!(drawn.issued.to_string()));
    assert_eq!(bill["address"]["zip"], json!(drawn.zip));

    let genuine = signed(&says);
    let header = says.get(..26).unwrap();
    let (certificate, issued) = (header.get(8..12).unwrap(), header.get(12..16).unwrap());
    let days = date(2026, 5, 31).since(date(2000, 1, 1)).unwrap().get_days();
    let of_another_day = says.replacen(issued, &format!("{days:04X}"), 1);
    for (what, text, status, code) in [
        (
            "other data under the same signature",
            genuine.replacen(&drawn.zip, "13001", 1),
            "declined",
            Some(62301),
        ),
        ("signed by nobody", format!("{says}\u{1f}{}", "A".repeat(103)), "declined", Some(62301)),
        ("cut short", genuine.get(..80).unwrap().to_owned(), "approved", None),
        ("of a version to come", genuine.replacen("DC04", "DC09", 1), "approved", None),
        ("of a certificate that is not there", genuine.replacen(certificate, "SP77", 1), "approved", None),
        ("of a certificate that had ended", signed(&says.replacen(certificate, ENDED, 1)), "approved", None),
        // For a human: the issuer's word, and the page says otherwise.
        ("of another day", signed(&of_another_day), "checks_in_progress", None),
    ] {
        let read = app.judged(declared(), &scanned(&drawn.clone().bearing(&text))).await;
        assert_eq!(read["status"], status, "{what}: {read:#}");
        if let Some(code) = code {
            assert_eq!(codes(&read), [code], "{what}");
        }
        // What nobody vouches for is not told.
        if status == "approved" {
            assert_eq!(read["address_document"]["full_names"], json!(drawn.names), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_seal_shows_who_the_bill_is_of() {
    let app = App::looking_with(|setup| setup.seals.add(CERTIFICATES.as_bytes()).unwrap()).await;
    let (drawn, says) = sealed();
    let seal = signed(&says);
    let altered = drawn.clone().addressed_to("Mme Hannah Bret").bearing(&seal);
    let mut declared = resident(&drawn);
    declared["name"] = json!("Hannah Bret");
    let read = app.judged(json!({"declared_data": declared}), &scanned(&altered)).await;
    assert_eq!(read["status"], "declined", "{read:#}");
    assert!(codes(&read).contains(&62401), "{read:#}");
    assert!(!read["address_document"].to_string().contains("Bret"), "{read:#}");
}
