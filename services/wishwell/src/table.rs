//! Tables for terminals, aligned also where characters are two cells wide.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

const GAP: &str = "  ";
/// A column that is cut keeps at least so many cells.
const CELLS_MIN: usize = 8;

/// Side on which the cells of a column are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// For texts.
    Left,
    /// For numbers.
    Right,
}

/// Rows under a header.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
enum Row {
    Cells(Vec<String>),
    /// A line below a row, which belongs to it and spans all columns.
    Note(String),
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new<const N: usize>(columns: [(&str, Align); N]) -> Self {
        Self { columns: columns.map(|(header, align)| (header.to_owned(), align)).to_vec(), rows: Vec::new() }
    }

    /// Adds a row. Line ends and control characters become spaces: what a server says must not move the cursor.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(Row::Cells(cells.into_iter().map(|cell| printable(&cell)).collect()));
    }

    /// Adds a line below the last row.
    pub(crate) fn note(&mut self, text: &str) {
        self.rows.push(Row::Note(printable(text)));
    }

    /// Writes the table into at most `width` cells a line, cutting the widest columns; without a width nothing is cut.
    pub(crate) fn render(&self, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let mut text = String::new();
        let header: Vec<String> = self.columns.iter().map(|(header, _)| header.clone()).collect();
        self.line(&mut text, &header, &widths);
        for row in &self.rows {
            match row {
                Row::Cells(cells) => self.line(&mut text, cells, &widths),
                Row::Note(note) => {
                    let indent = "     ";
                    let room = width.map_or(usize::MAX, |width| width.saturating_sub(indent.len()));
                    text.push_str(indent);
                    text.push_str(&cut(note, room));
                    text.push('\n');
                }
            }
        }
        text
    }

    fn line(&self, text: &mut String, cells: &[String], widths: &[usize]) {
        let mut line = String::new();
        for (index, ((_, align), width)) in self.columns.iter().zip(widths).enumerate() {
            let cell = cut(cells.get(index).map_or("", String::as_str), *width);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            if index > 0 {
                line.push_str(GAP);
            }
            match align {
                Align::Left => line.extend([cell, padding]),
                Align::Right => line.extend([padding, cell]),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }

    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|(header, _)| header.width()).collect();
        for row in &self.rows {
            if let Row::Cells(cells) = row {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = (*width).max(cell.width());
                }
            }
        }
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        let Some(room) = room.map(|room| room.saturating_sub(gaps)) else { return widths };
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > CELLS_MIN => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

/// Cells a text takes on a terminal.
pub(crate) fn cells(text: &str) -> usize {
    text.width()
}

/// The beginning of a text in at most `width` cells, with an ellipsis where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for character in text.chars() {
        let cells = character.width().unwrap_or(0);
        if used + cells + 1 > width {
            break;
        }
        used += cells;
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// A text whose line ends and control characters became spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Cells of a line of the terminal on standard output; none when it is no terminal.
pub(crate) fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new([("resource", Align::Left), ("km", Align::Right), ("机构", Align::Left)]);
        table.row(["课桌和台灯".to_owned(), "1.2".to_owned(), "启明公益".to_owned()]);
        table.note("距离 +0.41");
        table.row(["Desk and lamp".to_owned(), "12.0".to_owned(), "Qiming".to_owned()]);
        table
    }

    #[test]
    fn columns_line_up_whether_characters_are_one_cell_wide_or_two() {
        let expected = "resource         km  机构\n\
                        课桌和台灯      1.2  启明公益\n     距离 +0.41\n\
                        Desk and lamp  12.0  Qiming\n";
        assert_eq!(sample().render(None), expected);
    }

    #[test]
    fn a_narrow_terminal_cuts_the_widest_column_and_never_half_a_character() {
        for width in 28..60 {
            for line in sample().render(Some(width)).lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
        assert_eq!(cut("课桌和台灯", 6), "课桌…");
        assert_eq!(cut("课桌和台灯", 5), "课桌…");
        assert_eq!(cut("desk", 4), "desk");
    }

    #[test]
    fn control_characters_of_a_server_do_not_reach_the_terminal() {
        let mut table = Table::new([("a", Align::Left)]);
        table.row(["x\u{1b}[2Jy\nz".to_owned()]);
        assert_eq!(table.render(None), "a\nx [2Jy z\n");
    }
}
