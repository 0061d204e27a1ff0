//! What a finding is about.

use crate::lang::Lang;

/// One thing that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Configuration,
    Principals,
    SignIn,
    Certificates,
    MasterKey,
    Store,
    Integrity,
    Durability,
    Clock,
    Disk,
    Redis,
    Traces,
    Port,
    PortOfPages,
    Server,
    AdminPort,
}

impl Subject {
    /// Its name.
    pub(super) const fn word(self, lang: Lang) -> &'static str {
        let (en, zh) = match self {
            Self::Configuration => ("configuration", "配置"),
            Self::Principals => ("principals", "调用方"),
            Self::SignIn => ("sign-in", "登录"),
            Self::Certificates => ("certificates", "证书"),
            Self::MasterKey => ("master key", "主密钥"),
            Self::Store => ("store", "存储"),
            Self::Integrity => ("integrity", "完整性"),
            Self::Durability => ("durability", "持久性"),
            Self::Clock => ("clock", "时钟"),
            Self::Disk => ("disk", "磁盘"),
            Self::Redis => ("redis", "Redis"),
            Self::Traces => ("traces", "链路追踪"),
            Self::Port => ("port", "端口"),
            Self::PortOfPages => ("port of pages", "网页端口"),
            Self::Server => ("server", "服务器"),
            Self::AdminPort => ("admin port", "运维端口"),
        };
        match lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}
