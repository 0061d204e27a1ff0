//! The form as it is shown.

use maud::{Markup, html};
use wishwell_api::v1;
use wishwell_domain::unit::UNITS;

use super::filled::{Filled, FilledItem, ITEMS_MAX, Wish};
use super::problems::Problems;
use super::read::{CHANNELS, GROUPS, read_item, unit_of};
use crate::pages::apart::about;
use crate::pages::desk::needs::list::{URGENCIES, word};
use crate::pages::desk::pickers::{self, CategoryList, Found};
use crate::pages::notice;
use crate::pages::visit::Visit;
use crate::pages::words::{figures, need as words, typed};

/// What a field needs to know.
pub(super) struct Sheet<'a> {
    pub(super) visit: &'a Visit,
    pub(super) filled: &'a Filled,
    /// What its items are, one by one.
    pub(super) kinds: &'a [Found],
    pub(super) problems: &'a Problems,
    /// What one may choose from.
    pub(super) divisions: &'a [v1::Division],
    pub(super) categories: &'a CategoryList,
    /// The need that is changed; none for a new one.
    pub(super) edited: Option<&'a v1::Need>,
    /// Why a change was not made.
    pub(super) refused: Option<&'a str>,
    pub(super) focus: Focus,
}

/// Where whoever sent the form goes on, when nothing was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    /// Where a page begins.
    Page,
    /// At one of the items, the nth.
    Item(usize),
    /// At who could help.
    Found,
}

impl Focus {
    /// After one of the form's buttons.
    pub(super) const fn after(asked: Wish) -> Self {
        match asked {
            Wish::Submit => Self::Page,
            Wish::Look => Self::Found,
            Wish::Change(nth) => Self::Item(nth),
        }
    }
}

/// The whole form with what was found beside it.
pub(super) fn form(sheet: &Sheet<'_>, found: &Markup) -> Markup {
    let Sheet { visit, filled, .. } = sheet;
    html! {
        @if let Some(need) = sheet.edited { p class="crumbs" { a href={ "/desk/" (need.name) } { (visit.say("‹ 回到这个需求", "‹ Back to the need")) } } }
        h1 { (sheet.title()) }
        @if let Some(why) = sheet.refused {
            @let kept = visit.say("填好的内容都还在；再保存一次，就按这里填的修改。", "Nothing you typed is lost; save once more to have it as it stands here.");
            (notice::failed(format!("{why} {kept}")))
        }
        (sheet.summary())
        form class="need-form" method="post" action=(sheet.action()) data-filled[visit.sends()] novalidate {
            input type="hidden" name="request_id" value=(filled.request_id);
            @if sheet.edited.is_some() {
                input type="hidden" name="etag" value=(filled.etag);
                input type="hidden" name="was" value=(filled.was);
            }
            // Enter in a field submits; without this it would press the first button there is.
            button class="enter" name="do" value="submit" tabindex="-1" aria-hidden="true" {}
            div class="need-fields" {
                (sheet.items())
                (sheet.time())
                (sheet.place())
                (sheet.mobility())
                (sheet.whose())
                (sheet.more())
                (sheet.wish())
                div class="actions" {
                    button class="primary" name="do" value="submit" {
                        @if sheet.edited.is_some() { (visit.say("保存修改", "Save the changes")) }
                        @else { (visit.say("提交需求", "Submit the need")) }
                    }
                    button name="do" value="look" { (visit.say("先看看谁能帮", "See who could help")) }
                }
            }
            aside class="need-found" aria-labelledby="found-title" {
                h2 id="found-title" tabindex="-1" autofocus[sheet.focus == Focus::Found] { (visit.say("谁能帮", "Who could help")) }
                div id="found" hx-post=(sheet.look()) hx-trigger="input from:'closest form' delay:400ms"
                    hx-swap="innerMorph" hx-sync="this:replace" aria-live="polite" { (found) }
            }
        }
    }
}

/// What each amount is counted in, for a form that stays as it is.
pub(super) fn counted(visit: &Visit, filled: &Filled, kinds: &[Found]) -> Markup {
    html! {
        @for (nth, (item, kind)) in filled.items.iter().zip(kinds).enumerate() {
            (counted_in(visit, nth, item, unit_of(item, kind.one()), true))
        }
    }
}

/// What an amount is counted in, next to it; nothing while that is not known. `alone` replaces the one that a page shows.
fn counted_in(visit: &Visit, nth: usize, item: &FilledItem, unit: &str, alone: bool) -> Markup {
    let units = typed::units(visit.language, unit);
    let all = read_item("", item, None, &mut Problems::default());
    let recurs = all.recurrence.filter(|again| again.occurrences > 0).zip(typed::read(&item.quantity, unit));
    html! {
        p class="note" id={ "counted-" (nth) } hx-swap-oob=[alone.then_some("true")] {
            @if typed::is_money(unit) {
                (visit.say("以元计，例如 3000 或 3000.50", "in yuan, such as 3000 or 3000.50"))
            } @else if !unit.is_empty() {
                (visit.say(format!("以“{units}”计"), format!("in {units}")))
            }
            // What somebody means by so many a week for so many weeks is seen in the total.
            @if let Some((again, value)) = recurs && !unit.is_empty() {
                @let each = v1::Quantity { value, unit: unit.to_owned() };
                br; (figures::quantity(visit.language, Some(&each), Some(&again)))
            }
        }
    }
}

impl Sheet<'_> {
    fn say<T>(&self, zh: T, en: T) -> T {
        self.visit.say(zh, en)
    }

    pub(super) fn title(&self) -> &'static str {
        match self.edited {
            Some(_) => self.say("修改需求", "Change a need"),
            None => self.say("登记新需求", "Submit a need"),
        }
    }

    fn action(&self) -> String {
        self.edited.map_or_else(|| "/desk/needs/new".to_owned(), |need| format!("/desk/{}/edit", need.name))
    }

    /// Where the part with candidates is.
    fn look(&self) -> String {
        let need = self.edited.map_or("needs", |need| need.name.as_str());
        format!("/desk/{need}/candidates")
    }

    /// Everything that does not fit, each with a way to its field.
    fn summary(&self) -> Markup {
        html! {
            @if !self.problems.is_empty() {
                section class="notice failure" role="alert" id="problems" tabindex="-1" autofocus {
                    h2 { (self.say("还有几处要改，填好的内容都还在", "A few things do not fit yet; nothing you typed is lost")) }
                    ul { @for problem in self.problems.iter() {
                        li { a href={ "#" (id_of(&problem.field)) } { (problem.words(self.visit)) } }
                    } }
                }
            }
        }
    }

    /// What does not fit in a field, next to it.
    fn said(&self, field: &str) -> Markup {
        let problems = self.problems.of(field);
        html! {
            @if !problems.is_empty() {
                p class="problem" id={ (id_of(field)) "-problem" } {
                    @for problem in problems { span { (problem.words(self.visit)) } " " }
                }
            }
        }
    }

    fn described(&self, field: &str) -> Option<String> {
        (!self.problems.of(field).is_empty()).then(|| format!("{}-problem", id_of(field)))
    }

    /// A field with its label and what does not fit in it.
    fn text(&self, kind: &str, field: &str, name: &str, label: &str, value: &str, note: Option<&str>) -> Markup {
        let (id, described) = (id_of(field), self.described(field));
        html! {
            div class="field" {
                label for=(id) { (label) }
                input id=(id) type=(kind) name=(name) value=(value) autocomplete="off" inputmode=[inputmode(name)]
                    aria-invalid=[described.as_ref().map(|_| "true")] aria-describedby=[described];
                @if let Some(note) = note { p class="note" { (note) } }
                (self.said(field))
            }
        }
    }

    fn tick(&self, name: &str, value: &str, label: &str, ticked: bool) -> Markup {
        let id = format!("tick-{name}-{value}");
        html! {
            div class="check" {
                input id=(id) type="checkbox" name=(name) value=(value) checked[ticked];
                label for=(id) { (label) }
            }
        }
    }

    fn items(&self) -> Markup {
        html! {
            fieldset {
                legend { (self.say("需要什么", "What is needed")) }
                @for (nth, item) in self.filled.items.iter().enumerate() { (self.item(nth, item)) }
                @if self.filled.items.len() < ITEMS_MAX {
                    button name="do" value="add" { (self.say("再加一项", "Add another thing")) }
                }
            }
        }
    }

    fn item(&self, nth: usize, item: &FilledItem) -> Markup {
        let field = format!("items[{nth}]");
        let name = |part: &str| format!("items.{nth}.{part}");
        let (category, unit) = (format!("{field}.category"), format!("{field}.quantity.unit"));
        let described = self.described(&category);
        let ordinal = self.say(format!("第 {} 项", nth + 1), format!("Item {}", nth + 1));
        let remove = self.say("删除这一项", "Remove this");
        html! {
            div class="item" id=(id_of(&field)) role="group" aria-label=(ordinal) tabindex="-1" autofocus[self.focus == Focus::Item(nth)] {
                div class="field wide" {
                    label for=(id_of(&category)) { (self.say("服务类别", "Kind of help")) }
                    (self.categories.field(&id_of(&category), &name("category"), &item.category,
                        Some(self.say("例如：书桌、陪诊、助餐", "such as desk, hospital, meals")), described.as_deref()))
                    (self.said(&category))
                }
                (self.quantity(nth, &format!("{field}.quantity"), item))
                div class="field" {
                    label for=(id_of(&unit)) { (self.say("单位", "Unit")) }
                    select id=(id_of(&unit)) name=(name("unit")) {
                        option value="" { (self.say("按类别的常用单位", "usual for this kind")) }
                        // Money is said in its main unit; what else has minor units is told by nobody here.
                        @for (code, ..) in UNITS.iter().filter(|(code, ..)| *code != "minor_unit" || item.unit == *code) {
                            option value=(code) selected[*code == item.unit] { (typed::unit(self.visit.language, code)) }
                        }
                    }
                }
                div class="field" {
                    label for={ "every-" (nth) } { (self.say("多久一次", "How often")) }
                    select id={ "every-" (nth) } name=(name("every")) {
                        @for (value, text) in [("", self.say("一次", "once")), ("day", self.say("每天", "each day")),
                            ("week", self.say("每周", "each week")), ("month", self.say("每月", "each month"))] {
                            option value=(value) selected[value == item.every] { (text) }
                        }
                    }
                }
                (self.text("text", &format!("{field}.recurrence.occurrences"), &name("occurrences"),
                    self.lasting(item), &item.occurrences, None))
                (self.text("text", &format!("{field}.note"), &name("note"), self.say("备注（只有工作人员可见）", "Note (seen by staff alone)"), &item.note, None))
                div class="check" {
                    input id={ "split-" (nth) } type="checkbox" name=(name("splittable")) value="yes" checked[item.splittable];
                    label for={ "split-" (nth) } { (self.say("可由几家分担", "several may share it")) }
                }
                @if self.filled.items.len() > 1 {
                    button class="link" name="do" value={ "remove-" (nth) } aria-label=(about(self.visit, remove, &ordinal)) { (remove) }
                }
            }
        }
    }

    /// What is asked beside how often something recurs.
    fn lasting(&self, item: &FilledItem) -> &'static str {
        match item.every.as_str() {
            "day" => self.say("持续几天", "For how many days"),
            "week" => self.say("持续几周", "For how many weeks"),
            "month" => self.say("持续几个月", "For how many months"),
            _ => self.say("持续几天、几周或几个月", "For how many days, weeks or months"),
        }
    }

    fn quantity(&self, nth: usize, field: &str, item: &FilledItem) -> Markup {
        let unit = unit_of(item, self.kinds.get(nth).and_then(Found::one));
        let (id, problem, counted) = (id_of(field), self.described(field), format!("counted-{nth}"));
        let invalid = problem.as_ref().map(|_| "true");
        let described = problem.map_or_else(|| counted.clone(), |problem| format!("{counted} {problem}"));
        html! {
            div class="field" {
                label for=(id) { (self.say("数量", "How much")) }
                input id=(id) name={ "items." (nth) ".quantity" } value=(item.quantity) autocomplete="off" inputmode="decimal"
                    aria-invalid=[invalid] aria-describedby=(described);
                (counted_in(self.visit, nth, item, unit, false))
                (self.said(field))
            }
        }
    }

    fn time(&self) -> Markup {
        let timings = [
            ("any", self.say("不限", "any time")),
            ("deadline", self.say("最晚在……之前", "not later than")),
            ("window", self.say("在一段时间内", "within a time")),
        ];
        html! {
            fieldset {
                legend { (self.say("多急、什么时候", "How soon, and when")) }
                div id="f-urgency" class="choices" role="radiogroup" tabindex="-1" aria-label=(self.say("紧急程度", "Urgency")) aria-describedby=[self.described("urgency")] {
                    @for urgency in URGENCIES {
                        @let value = word(urgency);
                        div class="check" {
                            input id={ "urgency-" (value) } type="radio" name="urgency" value=(value) checked[self.filled.urgency == value];
                            label for={ "urgency-" (value) } {
                                (words::urgency(self.visit.language, urgency))
                                span class="note" { " " (words::urgency_hint(self.visit.language, urgency)) }
                            }
                        }
                    }
                }
                (self.said("urgency"))
                p class="question" { (self.say("什么时候", "When")) }
                div id="f-window" class="choices row" role="radiogroup" tabindex="-1" aria-label=(self.say("什么时候", "When")) {
                    @for (value, text) in timings {
                        div class="check" {
                            input id={ "timing-" (value) } type="radio" name="timing" value=(value) checked[self.filled.timing == value];
                            label for={ "timing-" (value) } { (text) }
                        }
                    }
                }
                div class="when deadline" {
                    (self.text("datetime-local", "deadline", "deadline", self.say("最晚时间", "Deadline"), &self.filled.deadline, None))
                }
                div class="when window" {
                    (self.text("datetime-local", "window.start_time", "start", self.say("从", "From"), &self.filled.start, None))
                    (self.text("datetime-local", "window.end_time", "end", self.say("到", "To"), &self.filled.end, None))
                }
                @if self.filled.timing != "window" { (self.said("window")) }
            }
        }
    }

    fn place(&self) -> Markup {
        let described = self.described("division");
        html! {
            fieldset {
                legend { (self.say("在哪里", "Where")) }
                div class="field" {
                    label for="f-division" { (self.say("所在区划", "Division")) }
                    (pickers::division_field(self.visit, "f-division", self.divisions, &self.filled.division, self.say("请选择", "please choose"), described.as_deref()))
                    (self.said("division"))
                }
                details open[!self.problems.of("place").is_empty() || !self.filled.latitude.is_empty()] {
                    summary { (self.say("填写确切坐标（可选，加密保存）", "Exact coordinates (optional, kept sealed)")) }
                    div id="f-place" class="columns" tabindex="-1" {
                        (self.text("text", "place.latitude", "latitude", self.say("纬度", "Latitude"), &self.filled.latitude, None))
                        (self.text("text", "place.longitude", "longitude", self.say("经度", "Longitude"), &self.filled.longitude, None))
                        div class="field" {
                            label for="f-place-datum" { (self.say("坐标来自", "Taken from")) }
                            select id="f-place-datum" name="datum" {
                                @for (value, text) in [("gcj02", self.say("高德、腾讯地图", "Amap, Tencent Maps")),
                                    ("bd09", self.say("百度地图", "Baidu Maps")), ("wgs84", self.say("GPS 定位", "GPS"))] {
                                    option value=(value) selected[value == self.filled.datum] { (text) }
                                }
                            }
                        }
                    }
                    @if self.problems.iter().any(|problem| problem.field == "place") { (self.said("place")) }
                }
            }
        }
    }

    fn mobility(&self) -> Markup {
        html! {
            fieldset id="f-mobility" tabindex="-1" {
                legend { (self.say("帮助怎样提供", "How help can arrive")) }
                div class="choices row" {
                    (self.tick("home_visit", "yes", self.say("可以上门", "somebody may come to the home"), self.filled.home_visit))
                    (self.tick("delivery", "yes", self.say("可以送货上门", "goods may be brought"), self.filled.delivery))
                    (self.tick("remote", "yes", self.say("电话或线上也行", "by telephone or online"), self.filled.remote))
                }
                (self.text("text", "mobility.max_travel_metres", "travel_km", self.say("本人最远能去几公里（不能出行就不填）", "How many kilometres the person can travel (empty: none)"), &self.filled.travel_km, None))
                @if self.problems.iter().any(|problem| problem.field == "mobility") { (self.said("mobility")) }
            }
        }
    }

    fn whose(&self) -> Markup {
        let whose = [
            ("", self.say("暂不关联", "nobody yet")),
            ("beneficiary", self.say("一位救助对象", "one person")),
            ("household", self.say("一个家庭", "a household")),
        ];
        html! {
            fieldset {
                legend { (self.say("为谁登记", "For whom")) }
                // Whose it is stays: a need of somebody else is another need.
                @if self.edited.is_none() {
                    div class="choices row" role="radiogroup" aria-label=(self.say("为谁登记", "For whom")) {
                        @for (value, text) in whose {
                            div class="check" {
                                input id={ "whose-" (value) } type="radio" name="whose" value=(value) checked[self.filled.whose == value];
                                label for={ "whose-" (value) } { (text) }
                            }
                        }
                    }
                    div class="columns known" {
                        (self.text("text", "source", "source", self.say("来源系统", "System"), &self.filled.source, None))
                        (self.text("text", "external_id", "external_id", self.say("在该系统中的编号", "Identifier in it"), &self.filled.external_id,
                            Some(self.say("用编号关联已有档案；这里不列出任何人。", "An identifier finds an existing record; nobody is listed here."))))
                    }
                }
                @for field in ["beneficiary_external", "household_external", "beneficiary", "household"] {
                    @if self.problems.iter().any(|problem| root(&problem.field) == field) {
                        div id=(id_of(field)) tabindex="-1" { (self.said(field)) }
                    }
                }
                div class="choices row" role="group" aria-label=(self.say("重点人群", "Groups")) {
                    @for (code, group) in GROUPS {
                        (self.tick("groups", code, words::group(self.visit.language, group), self.filled.groups.iter().any(|chosen| chosen == code)))
                    }
                }
                (self.tick("involves_minors", "yes", self.say("服务时会接触未成年人", "minors will be met"), self.filled.involves_minors))
            }
        }
    }

    fn more(&self) -> Markup {
        html! {
            fieldset {
                legend { (self.say("来源与说明", "How it came in")) }
                @if self.edited.is_some() {
                    input type="hidden" name="channel" value=(self.filled.channel);
                } @else {
                    div class="field" {
                        label for="f-channel" { (self.say("来源渠道", "Channel")) }
                        select id="f-channel" name="channel" aria-invalid=[self.described("channel").map(|_| "true")] aria-describedby=[self.described("channel")] {
                            option value="" { (self.say("请选择", "please choose")) }
                            @for (code, channel) in CHANNELS {
                                option value=(code) selected[code == self.filled.channel] { (words::channel(self.visit.language, channel)) }
                            }
                        }
                        (self.said("channel"))
                    }
                }
                div class="field wide" {
                    label for="f-description" { (self.say("情况说明（加密保存，不对外）", "What happened (kept sealed, never shown outside)")) }
                    textarea id="f-description" name="description" rows="4" { (self.filled.description) }
                    (self.said("description"))
                }
            }
        }
    }

    fn wish(&self) -> Markup {
        html! {
            fieldset id="f-wish" class="wish" tabindex="-1" {
                legend { (self.say("发布到许愿池", "Publish as a wish")) }
                (self.tick("wish", "yes", self.say("本人或监护人已同意公开发布（不含身份信息）", "the person or a guardian agreed to publish it, without identity"), self.filled.wish))
                div class="consent" {
                    (self.text("text", "wish.title", "wish_title", self.say("心愿标题", "Wish"), &self.filled.wish_title,
                        Some(self.say("中性的话，不写姓名、地址、病情。", "Neutral words, without name, place or diagnosis."))))
                    (self.text("text", "wish.consent_given_by", "wish_consent_by", self.say("由谁同意", "Who agreed"), &self.filled.wish_consent_by, None))
                    (self.text("date", "wish.consent_time", "wish_consent_date", self.say("同意日期", "On which day"), &self.filled.wish_consent_date, None))
                }
            }
        }
    }
}

fn inputmode(name: &str) -> Option<&'static str> {
    match name.rsplit('.').next() {
        Some("occurrences") => Some("numeric"),
        Some("latitude" | "longitude" | "travel_km") => Some("decimal"),
        _ => None,
    }
}

/// The field that a path begins with.
fn root(field: &str) -> &str {
    field.split(['.', '[']).next().unwrap_or(field)
}

/// The id of a field's element, from the contract's path to it.
fn id_of(field: &str) -> String {
    if root(field) == "facts" {
        return "f-facts".to_owned();
    }
    let mut id = String::from("f-");
    id.extend(field.chars().filter(|c| *c != ']').map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }));
    // What is wrong with a number is told at the number.
    id.strip_suffix("-value").map(str::to_owned).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn a_problem_leads_to_its_field() {
        assert_eq!(id_of("items[0].quantity.value"), "f-items-0-quantity");
        assert_eq!(id_of("items[0].quantity.value"), id_of("items[0].quantity"));
        assert_eq!(id_of("wish.title"), "f-wish-title");
        assert_eq!(id_of("facts[2].int_value"), "f-facts", "the question is among others");
    }
}
