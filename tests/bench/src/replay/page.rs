//! The replay as a page.

use std::fmt::Write as _;

use super::report::{Results, table, verdicts};
use super::study::{Curve, Study};
use super::world::DONATION_UNITS_MAX;
use crate::report::about;

/// The page, with the picture by its file's name.
pub(super) fn page(results: &Results, picture: &str) -> String {
    let Results { machine, study, .. } = results;
    let mut page = format!("# Real donations matched in weekly rounds, {}\n\n{}.\n\n", machine.date, about(machine));
    opening(&mut page, results);
    page.push_str(
        "| | fill | unit-miles | holding days | shipments/donor | units | requests filled |\n|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in table(study) {
        let figures = &row.figures;
        // With hindsight everything is shipped at the end: how long it was held says nothing.
        let held = if row.in_hindsight { "-".to_owned() } else { format!("{:.1}", figures.holding_days) };
        let _ = writeln!(
            page,
            "| {} | {:.4} | {:.1} | {held} | {:.2} | {} | {} |",
            row.name, figures.fill, figures.unit_miles, figures.shipments_per_donor, figures.units, figures.filled
        );
    }
    page.push_str("\n| wanted | measured | |\n|---|---:|---|\n");
    for verdict in verdicts(study) {
        let holds = if verdict.holds { "holds" } else { "**missed**" };
        let _ = writeln!(page, "| {} | {} | {holds} |", verdict.what, verdict.measured);
    }
    choice(&mut page, study);
    bounds(&mut page, study);
    let _ = write!(
        page,
        "\n## What fill costs\n\n![Fill against average unit-miles, and against shipments per donor]({picture})\n\n{}",
        shipments(study)
    );
    study.curves.iter().for_each(|curve| curve_table(&mut page, curve));
    page
}

fn opening(page: &mut String, results: &Results) {
    let Results { study, calls, pairs, .. } = results;
    let _ = write!(
        page,
        "{} offers of donors and {} requests of recipients to GetUsPPE.org, end of March to the end of May 2020, with the miles between \
         them ([Samorani, Bala, Jacob and He](https://doi.org/10.1287/ijoc.2022.1203)), replayed in {} weekly rounds. A round knows what \
         is open, not what comes; what it leaves waits for the next. All rules play on the same data with the same clock.\n\n\
         As published: a donor's offers of a category are one, a recipient's requests of a category are one; donations of more than \
         {DONATION_UNITS_MAX} units are set aside. **Fill** is received by asked, at most 1, mean over the requests of a category, then \
         over the categories; **unit-miles** the miles of a unit, **holding days** the days from a donation's offer to its shipment, \
         means over units; **shipments per donor** what donors who ship send on average, one for each recipient and round.\n\n",
        study.donations, study.requests, study.rounds
    );
    page.push_str("First come, first matched gives the i-th open donation to the i-th open request of a round, nearest recipient each \
         donation to the nearest open request; what is left of either waits a week, as published. The authors' program takes both in the \
         order of identifiers, this one in the order in which they came. Beside each stands what it does if the rest of a donation goes on \
         at once.\n\n");
    let _ = write!(
        page,
        "Each round of Wishwell's is one call of `PlanAllocation` to a `wishwell serve` on a socket: what is open, and the miles of each \
         pair that is allowed. All rounds of all settings below together are {calls} calls with {pairs} pairs; every answer is an optimal flow \
         whose certificate the service's independent checker accepted.\n\n"
    );
}

fn choice(page: &mut String, study: &Study) {
    let choice = &study.choice;
    let mut holding =
        choice.tried.iter().filter(|margin| margin.least() >= 1.0).map(|margin| margin.unit_miles_of_request);
    let first = holding.next().unwrap_or_default();
    let last = holding.next_back().unwrap_or(first);
    let _ = write!(
        page,
        "\n## The recommended setting\n\nPeople before units (a unit is worth one over what the request still lacks), then least distance, among pairs \
         where serving the whole request would cost at most {} unit-miles: who asks for 10 units is worth {} miles, who asks for 100, {}. \
         Of the bounds tried it is the one farthest from missing either of what is wanted, twice the fill and no more miles. It is chosen \
         on these data, but hardly by them: every bound tried from {first} to {last} holds both.\n",
        choice.unit_miles_of_request,
        choice.unit_miles_of_request / 10,
        choice.unit_miles_of_request / 100
    );
}

fn bounds(page: &mut String, study: &Study) {
    let (hindsight, recommended) = (&study.hindsight.figures, &study.recommended.figures);
    let within = &study.hindsight_within.figures;
    let _ = write!(
        page,
        "\n## The bounds\n\nNobody fills more than {:.4}: what the solver fills when it plans all rounds as one, at their end, knowing \
         everything; nothing expires, so that waiting loses nothing. What can be served together is a polymatroid, over which serving the \
         smallest requests first is optimal (Edmonds 1970): the bound is exact, not an estimate. Without any solver, from the sums of \
         each category alone, it comes to {:.4}. A round knows less: of requests that come later it cannot know that they are smaller.\n\n\
         The grey line in the picture says the same at each number of unit-miles (weak duality, over prices of a mile): at the \
         recommended {:.1}, nobody fills more than {:.4}. Within the same bound on a request, hindsight fills {:.4}; the weekly rounds \
         come to {:.0}% of it.\n",
        hindsight.fill,
        study.bound_without_pairs,
        recommended.unit_miles,
        study.bound_at_recommended,
        within.fill,
        recommended.fill / within.fill * 100.0
    );
}

fn shipments(study: &Study) -> String {
    let (nearest, ours) = (&study.baselines[2].figures, &study.recommended.figures);
    let each = |shipments: usize, filled: usize| shipments as f64 / filled.max(1) as f64;
    format!(
        "A request is filled by at least one shipment, so that more fill is more shipments: nearest recipient sends {} and fills {} \
         requests ({:.2} shipments each), the recommended setting sends {} and fills {} ({:.2} each). A donor who cannot send so many \
         parcels is spared by letting a shipment be at least a share of what he has; the last table says what that costs.\n",
        nearest.shipments,
        nearest.filled,
        each(nearest.shipments, nearest.filled),
        ours.shipments,
        ours.filled,
        each(ours.shipments, ours.filled)
    )
}

fn curve_table(page: &mut String, curve: &Curve) {
    let _ = write!(
        page,
        "\n### {}\n\n| | fill | unit-miles | holding days | shipments/donor | units | requests filled |\n|---:|---:|---:|---:|---:|---:|---:|\n",
        curve.name
    );
    for row in &curve.rows {
        let figures = &row.figures;
        let _ = writeln!(
            page,
            "| {} | {:.4} | {:.1} | {:.1} | {:.2} | {} | {} |",
            row.name,
            figures.fill,
            figures.unit_miles,
            figures.holding_days,
            figures.shipments_per_donor,
            figures.units,
            figures.filled
        );
    }
    if !curve.remark.is_empty() {
        let _ = write!(page, "\n{}\n", curve.remark);
    }
}
