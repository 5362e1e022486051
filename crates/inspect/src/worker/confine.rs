//! What a child takes away from itself. Nothing here is unsafe, so it cannot be done between fork and exec: it is done first
//! thing, before anything of a stranger is read.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What holds a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confined {
    /// It can open no file but the networks'.
    pub files: bool,
    /// It can do nothing but compute: no network, no programs.
    pub calls: bool,
    /// Its memory and its time are limited.
    pub resources: bool,
}

impl Confined {
    /// What does not hold it here.
    pub fn lacking(&self) -> Vec<&'static str> {
        let all = [
            ("files (Landlock)", self.files),
            ("system calls (seccomp)", self.calls),
            ("memory and time (rlimits)", self.resources),
        ];
        all.into_iter().filter(|(_, holds)| !holds).map(|(what, _)| what).collect()
    }
}

#[cfg(unix)]
pub(super) use self::unix::{allow_time, limit};

#[cfg(not(unix))]
pub(super) fn limit(_: u64) {}
#[cfg(not(unix))]
pub(super) fn allow_time(_: u64) {}

/// Closes the gates, after [`limit`]. Only while this is the one thread: others would stay outside.
pub(super) fn confine(readable: &[PathBuf]) -> Confined {
    #[cfg(target_os = "linux")]
    {
        let alone = std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1);
        let files = alone && linux::files(readable).unwrap_or(false);
        Confined { files, calls: linux::calls().unwrap_or(false), resources: unix::is_limited() }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = readable;
        Confined { files: false, calls: false, resources: cfg!(unix) && limited() }
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn limited() -> bool {
    unix::is_limited()
}
#[cfg(not(unix))]
fn limited() -> bool {
    false
}

#[cfg(unix)]
mod unix {
    use rustix::{
        process::{Resource, Rlimit, getrlimit, setrlimit},
        time::{ClockId, clock_gettime},
    };

    /// Files that may be open at once: the pipes, and a network that is being read.
    const FILES: u64 = 64;

    pub(in super::super) fn limit(memory_mib: u64) {
        #[cfg(target_os = "linux")]
        {
            // Where memory gets scarce, this is what may go. First, since the next line makes the file somebody else's.
            let _ = std::fs::write("/proc/self/oom_score_adj", "500");
            // No memory of it is ever written down, and nobody of the same name may look into it.
            let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
        }
        for (resource, most) in [
            (Resource::Core, 0),
            (Resource::Fsize, 0),
            (Resource::Nofile, FILES),
            (Resource::As, memory_mib.saturating_mul(1 << 20)),
        ] {
            // What is refused shows in `is_limited`.
            let _ = lower(resource, most);
        }
    }

    fn lower(resource: Resource, most: u64) -> rustix::io::Result<()> {
        let most = getrlimit(resource).maximum.map_or(most, |allowed| allowed.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
    }

    pub(super) fn is_limited() -> bool {
        getrlimit(Resource::As).current.is_some() && getrlimit(Resource::Core).current == Some(0)
    }

    /// So many seconds on a processor from now on; the operating system ends who takes more.
    pub(in super::super) fn allow_time(seconds: u64) {
        let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
        let maximum = getrlimit(Resource::Cpu).maximum;
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(used + seconds), maximum });
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{collections::BTreeMap, path::PathBuf};

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };

    type Failure = Box<dyn std::error::Error>;

    /// Nothing but reading these. Kernels without a part of it do the rest.
    pub(super) fn files(readable: &[PathBuf]) -> Result<bool, Failure> {
        const NEWEST: ABI = ABI::V7;
        let rules = path_beneath_rules(readable, AccessFs::ReadFile | AccessFs::ReadDir);
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?
            .add_rules(rules)?
            .restrict_self()?;
        Ok(status.ruleset != RulesetStatus::NotEnforced)
    }

    /// Computing, memory, threads, its pipes and files, time. Everything else is as if the kernel did not have it, which
    /// libraries cope with: they find another way, or report an error.
    const ALLOWED: &[libc::c_long] = &[
        // Pipes and files; which ones, Landlock says.
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_readv,
        libc::SYS_writev,
        libc::SYS_pread64,
        libc::SYS_lseek,
        libc::SYS_close,
        libc::SYS_openat,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_faccessat,
        libc::SYS_readlinkat,
        libc::SYS_getdents64,
        libc::SYS_fcntl,
        libc::SYS_ioctl,
        libc::SYS_ppoll,
        libc::SYS_getcwd,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_stat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_lstat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_access,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_readlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll,
        // Memory.
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_membarrier,
        // Threads, each within the same limits.
        libc::SYS_futex,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_set_tid_address,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_setaffinity,
        libc::SYS_gettid,
        libc::SYS_getcpu,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_arch_prctl,
        // Time and chance.
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        // Itself.
        libc::SYS_getpid,
        libc::SYS_getppid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_uname,
        libc::SYS_sysinfo,
        libc::SYS_getrusage,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    pub(super) fn calls() -> Result<bool, Failure> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, vec![])).collect();
        let own = u64::from(std::process::id());
        let argument = |at, length, operator, value| {
            SeccompRule::new(vec![SeccompCondition::new(at, length, operator, value)?])
        };
        // A thread and no process. `clone3` hides what it asks for; without it libraries take this.
        let threads = libc::CLONE_THREAD as u64;
        let thread = argument(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(threads), threads)?;
        rules.insert(libc::SYS_clone, vec![thread]);
        // Signals and limits: its own.
        rules.insert(libc::SYS_tgkill, vec![argument(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?]);
        rules.insert(libc::SYS_prlimit64, vec![argument(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 0)?]);
        // The names of threads and of memory, for whoever looks for what is slow.
        let name =
            |option: libc::c_int| argument(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, option as u64);
        rules.insert(libc::SYS_prctl, vec![name(libc::PR_SET_NAME)?, name(libc::PR_SET_VMA)?]);
        let otherwise = SeccompAction::Errno(libc::ENOSYS as u32);
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        let filter = SeccompFilter::new(rules, otherwise, SeccompAction::Allow, arch)?;
        let program: BpfProgram = filter.try_into()?;
        seccompiler::apply_filter_all_threads(&program)?;
        Ok(true)
    }
}
