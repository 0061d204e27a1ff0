//! What concerns a directory as a whole, in the words of whoever imports it. The report has it in English.

use wishwell_import::Note;

use crate::lang::Lang;

/// A note in one line.
pub(super) fn told(note: &Note, lang: Lang) -> String {
    if lang == Lang::En {
        return note.to_string();
    }
    match note {
        Note::NotRead { files, more: 0 } => format!("未读取：{}", files.join("、")),
        Note::NotRead { files, more } => format!("未读取：{}，另有 {more} 个文件", files.join("、")),
        Note::HeaderNotUtf8 { file } => format!("{file}：表头不是 UTF-8，无法识别的字符已替换"),
        Note::HoursIn { zone, chosen: true } => format!("开放时间按所选时区 {zone} 读取"),
        Note::HoursIn { zone, chosen: false } => format!("开放时间按时区 {zone} 读取"),
        Note::HoursByState { otherwise } => {
            format!("开放时间按各地点所在州的主要时区读取；未注明州的，按 {otherwise} 读取")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_is_chinese_where_chinese_is_read_and_as_in_the_report_elsewhere() {
        let (files, file) = (vec!["a.json".to_owned(), "b.txt".to_owned()], "services.csv".to_owned());
        let zone = || "Asia/Shanghai".to_owned();
        for (note, zh) in [
            (Note::NotRead { files: files.clone(), more: 0 }, "未读取：a.json、b.txt"),
            (Note::NotRead { files, more: 3 }, "未读取：a.json、b.txt，另有 3 个文件"),
            (Note::HeaderNotUtf8 { file }, "services.csv：表头不是 UTF-8，无法识别的字符已替换"),
            (Note::HoursIn { zone: zone(), chosen: true }, "开放时间按所选时区 Asia/Shanghai 读取"),
            (Note::HoursIn { zone: zone(), chosen: false }, "开放时间按时区 Asia/Shanghai 读取"),
            (
                Note::HoursByState { otherwise: zone() },
                "开放时间按各地点所在州的主要时区读取；未注明州的，按 Asia/Shanghai 读取",
            ),
        ] {
            assert_eq!(told(&note, Lang::Zh), zh);
            assert_eq!(told(&note, Lang::En), note.to_string());
        }
    }
}
