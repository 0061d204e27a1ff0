//! Whom a partner may ask about a wish or a referral.

use maud::{Markup, html};

use crate::pages::names::Names;
use crate::pages::visit::Visit;

/// Who answers partners for a division, by name and telephone; where nobody is named, what a case worker gets to read.
pub(super) fn whom_to_ask(visit: &Visit, names: &Names, division: &str) -> Markup {
    let line = names.division_line(division).filter(|code| !code.is_empty());
    html! {
        @match visit.app.options().case_workers.of(line) {
            Some(found) => {
                (visit.say("找社工：", "The case worker: ")) (visit.language.pick(found.name.zh_first(), found.name.en_first()))
                (visit.say("，电话 ", ", telephone ")) a href={ "tel:" (found.phone.replace(' ', "").replace('#', "%23")) } { (found.phone) }
            }
            None => {
                (visit.say(
                    "社工看得到您登记“已提供”时的留言，也看得到取消承诺的原因。",
                    "The case worker reads the note that you leave with a delivery, and sees why you call it off.",
                ))
            }
        }
    }
}
