//! What development mode says once it serves.

use std::fmt;
use std::net::SocketAddr;

use wishwell_matching::access::DEMO_KEYS;
use wishwell_store::StoreDescription;

use super::dev::DEMO_PARTNERS;
use crate::demo::Contents;
use crate::lang::Lang;
use crate::table::cells;

/// The port that commands ask when nothing is said.
const CLIENT_PORT_DEFAULT: u16 = 50051;

/// What of the demo is in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemoState {
    /// It was loaded just now.
    Loaded(Contents),
    /// It was there already.
    There(Contents),
    /// The store holds something else, or the demo was not wanted.
    None,
}

/// Everything the banner says.
#[derive(Debug, Clone)]
pub(super) struct Banner {
    pub(super) lang: Lang,
    /// How the program was called, for commands that can be copied.
    pub(super) program: String,
    pub(super) listen: SocketAddr,
    /// Where pages and REST are; none when they are off.
    pub(super) web: Option<SocketAddr>,
    pub(super) admin: Option<SocketAddr>,
    pub(super) store: StoreDescription,
    pub(super) relaxed: bool,
    pub(super) master_key_file: String,
    pub(super) demo: DemoState,
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = self.lang;
        let version = env!("CARGO_PKG_VERSION");
        let headline = lang.pick("development mode, for this machine only", "开发模式，仅限本机访问");
        writeln!(f, "\nWishwell {version} · {headline}\n")?;
        let rows = self.rows();
        let width = rows.iter().map(|(name, _)| cells(name)).max().unwrap_or_default();
        for (name, value) in &rows {
            writeln!(f, "  {name}{}  {value}", " ".repeat(width.saturating_sub(cells(name))))?;
        }
        writeln!(f, "\n{}\n", lang.pick("Try next, in another terminal:", "接下来，在另一个终端里试试："))?;
        for command in self.commands() {
            writeln!(f, "  {command}")?;
        }
        let stop = lang.pick("Ctrl-C stops it; what was answered stays.", "按 Ctrl-C 停止，已答复的数据都会保留。");
        writeln!(f, "\n{stop}\n")
    }
}

impl Banner {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let lang = self.lang;
        let store = format!("{} {} · {}", self.store.backend, self.store.backend_version, self.store.location);
        let durability = match (self.relaxed, lang) {
            (false, Lang::En) => "full: an answered write survives a power cut",
            (false, Lang::Zh) => "完整：已答复的写入断电也不会丢失",
            (true, Lang::En) => "RELAXED: a power cut loses the last answered writes",
            (true, Lang::Zh) => "已放宽：断电会丢失最后几次已答复的写入",
        };
        let admin = match self.admin {
            Some(address) => format!("http://{address}/metrics  /healthz  /readyz"),
            None => lang.pick("off", "未开启").to_owned(),
        };
        let keys: Vec<&str> = DEMO_KEYS.iter().map(|demo| demo.key).chain(DEMO_PARTNERS.map(|(key, _)| key)).collect();
        let web = match self.web {
            Some(address) => {
                let what = lang.pick(
                    "/wishes the pool, /portal partners, /desk case workers, /api REST",
                    "/wishes 许愿池、/portal 机构、/desk 工作台、/api REST 接口",
                );
                format!("http://{address}/  {what}")
            }
            None => lang.pick("off", "未开启").to_owned(),
        };
        vec![
            (lang.pick("pages", "网页"), web),
            (
                "gRPC",
                format!("{}{}", self.listen, lang.pick(" (reflection and health are on)", "（已开启反射与健康检查）")),
            ),
            (lang.pick("admin", "运维端口"), admin),
            (lang.pick("store", "存储"), store),
            (lang.pick("durability", "持久性"), durability.to_owned()),
            (lang.pick("master key", "主密钥"), self.master_key_file.clone()),
            (lang.pick("demo keys", "演示密钥"), keys.join(", ")),
            (lang.pick("demo data", "演示数据"), self.demo_line()),
        ]
    }

    fn demo_line(&self) -> String {
        let (contents, loaded) = match self.demo {
            DemoState::Loaded(contents) => (contents, self.lang.pick("loaded just now", "刚刚载入")),
            DemoState::There(contents) => (contents, self.lang.pick("was there already", "此前已载入")),
            DemoState::None => return self.lang.pick("none", "无").to_owned(),
        };
        let Contents { organizations, resources, capacity_pools, categories, needs } = contents;
        match self.lang {
            Lang::En => format!(
                "{organizations} organizations, {resources} resources, {capacity_pools} capacity pools, \
                 {categories} categories, {needs} needs; all invented; {loaded}"
            ),
            Lang::Zh => format!(
                "机构 {organizations} 家、资源 {resources} 项、容量池 {capacity_pools} 个、类别 {categories} 个、\
                 需求 {needs} 件，均为虚构，{loaded}"
            ),
        }
    }

    fn commands(&self) -> [String; 3] {
        let program = &self.program;
        let server = match self.listen.port() {
            CLIENT_PORT_DEFAULT => String::new(),
            _ => format!(" --server http://{}", self.listen),
        };
        let grpcurl = format!(
            "grpcurl -plaintext -H 'authorization: Bearer demo-hotline' -d '{{\"filter\":{{\"text\":\"{}\"}}}}' {} \
             wishwell.v1.CatalogService/ListCategories",
            self.lang.pick("wheelchair", "轮椅"),
            self.listen
        );
        match self.demo {
            DemoState::None => {
                [format!("{program} categories{server}"), format!("{program} import hsds DIRECTORY{server}"), grpcurl]
            }
            _ => [
                format!("{program} find --need demo/need-sterile-room{server}"),
                format!("{program} refer --need demo/need-three-grandchildren{server}"),
                format!("{program} watch --after 0{server}"),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner(lang: Lang, port: u16, demo: DemoState) -> Banner {
        Banner {
            lang,
            program: "wishwell".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            web: Some(SocketAddr::from(([127, 0, 0, 1], 8080))),
            admin: Some(SocketAddr::from(([127, 0, 0, 1], 9464))),
            store: StoreDescription {
                backend: "sqlite",
                backend_version: "3.51.0".to_owned(),
                location: "wishwell-data/wishwell.db".to_owned(),
                durability: "full".to_owned(),
                schema_version: 1,
            },
            relaxed: false,
            master_key_file: "wishwell-data/master.key".to_owned(),
            demo,
        }
    }

    const CONTENTS: Contents =
        Contents { organizations: 68, resources: 216, capacity_pools: 119, categories: 72, needs: 58 };

    #[test]
    fn the_banner_says_where_everything_is_and_what_to_try_next() {
        let expected = format!(
            "
Wishwell {} · development mode, for this machine only

  pages       http://127.0.0.1:8080/  /wishes the pool, /portal partners, /desk case workers, /api REST
  gRPC        127.0.0.1:50051 (reflection and health are on)
  admin       http://127.0.0.1:9464/metrics  /healthz  /readyz
  store       sqlite 3.51.0 · wishwell-data/wishwell.db
  durability  full: an answered write survives a power cut
  master key  wishwell-data/master.key
  demo keys   demo-hotline, demo-case-worker, demo-operator, demo-auditor, demo-visitor, demo-partner, demo-volunteer
  demo data   68 organizations, 216 resources, 119 capacity pools, 72 categories, 58 needs; all invented; loaded just now

Try next, in another terminal:

  wishwell find --need demo/need-sterile-room
  wishwell refer --need demo/need-three-grandchildren
  wishwell watch --after 0

Ctrl-C stops it; what was answered stays.

",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(banner(Lang::En, 50051, DemoState::Loaded(CONTENTS)).to_string(), expected);
    }

    #[test]
    fn the_chinese_banner_lines_its_columns_up() {
        let text = banner(Lang::Zh, 50051, DemoState::There(CONTENTS)).to_string();
        let rows: Vec<&str> =
            text.lines().filter(|line| line.contains("127.0.0.1") || line.contains("master.key")).collect();
        let column = |row: &str, value: &str| row.find(value).map(|at| cells(&row[..at]));
        assert_eq!(column(rows[0], "127.0.0.1:50051"), column(rows[1], "http://"), "{text}");
        assert!(text.contains("机构 68 家") && text.contains("wishwell watch"), "{text}");
    }

    #[test]
    fn the_readmes_begin_with_the_banner_that_is_printed() {
        let english = include_str!("../../../../README.md");
        let chinese = include_str!("../../../../README.zh-CN.md");
        for (lang, page) in [(Lang::En, english), (Lang::Zh, chinese)] {
            let shown: Vec<&str> = page
                .lines()
                .skip_while(|line| !line.starts_with("Wishwell "))
                .take_while(|line| !line.starts_with('$'))
                .collect();
            let banner = banner(lang, 50051, DemoState::Loaded(CONTENTS)).to_string();
            // The version of the database goes its own ways, and what is left out is marked.
            let printed = |line: &str| banner.lines().any(|printed| printed == line) || line.contains("sqlite ");
            let wrong: Vec<_> = shown.iter().filter(|line| !printed(line) && line.trim() != "…").collect();
            assert!(shown.len() > 4 && wrong.is_empty(), "{wrong:?}");
        }
    }

    #[test]
    fn relaxed_durability_and_another_port_are_shown() {
        let banner = Banner { relaxed: true, admin: None, ..banner(Lang::En, 7, DemoState::None) };
        let text = banner.to_string();
        assert!(
            text.contains("RELAXED") && text.contains("admin       off") && text.contains("demo data   none"),
            "{text}"
        );
        assert!(text.contains("wishwell categories --server http://127.0.0.1:7"), "{text}");
    }
}
