//! What the CI systems say of the job: the commit, the number of the build, the branch that a pull request is made against.
//! Only variables that the systems document; which of them are set decides which system it is.

use super::plan::Surroundings;
use crate::model::PullRequest;

/// Names the branch or the commit that a change is made against, where the CI has no variable for it.
pub const PULL_REQUEST_BASE: &str = "NEVERSLOWER_PULL_REQUEST_BASE";

/// One CI system.
#[derive(Debug)]
pub struct CiHost {
    /// Variables that all have to be set.
    pub detect: &'static [&'static str],
    /// Names the commit that is built.
    pub commit: &'static str,
    /// Counts up from build to build.
    pub build_number: Option<&'static str>,
    pub pull_request: Option<PullRequestVariables>,
}

/// How a CI system says what a change is made against.
#[derive(Debug)]
pub struct PullRequestVariables {
    /// Set, and not `false`, only in the job of a pull request.
    pub is_one: &'static str,
    /// Name of the target branch.
    pub target: &'static str,
    /// Commit of the merge base.
    pub merge_base: Option<&'static str>,
}

const fn host(detect: &'static [&'static str], commit: &'static str, build_number: Option<&'static str>) -> CiHost {
    CiHost { detect, commit, build_number, pull_request: None }
}

const fn with(host: CiHost, is_one: &'static str, target: &'static str, merge_base: Option<&'static str>) -> CiHost {
    CiHost { pull_request: Some(PullRequestVariables { is_one, target, merge_base }), ..host }
}

/// The commit that GitHub checks out, and its ref: `refs/pull/N/merge` is a merge commit that GitHub made, whose first
/// parent is the tip of the target branch.
const GITHUB_MERGE: [&str; 2] = ["GITHUB_SHA", "GITHUB_REF"];

/// CI systems; the first that is detected wins.
pub const CI_HOSTS: [CiHost; 14] = [
    with(host(&["GITHUB_ACTIONS"], "GITHUB_SHA", Some("GITHUB_RUN_NUMBER")), "GITHUB_BASE_REF", "GITHUB_BASE_REF", None),
    with(
        host(&["GITLAB_CI"], "CI_COMMIT_SHA", Some("CI_PIPELINE_IID")),
        "CI_MERGE_REQUEST_IID",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        Some("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
    ),
    with(host(&["JENKINS_URL", "BUILD_ID"], "GIT_COMMIT", Some("BUILD_NUMBER")), "CHANGE_ID", "CHANGE_TARGET", None),
    with(host(&["TF_BUILD"], "BUILD_SOURCEVERSION", Some("BUILD_BUILDID")), AZURE_TARGET, AZURE_TARGET, None),
    with(host(&["SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"], "BUILD_SOURCEVERSION", Some("BUILD_BUILDID")), AZURE_TARGET, AZURE_TARGET, None),
    with(
        host(&["BUILDKITE"], "BUILDKITE_COMMIT", Some("BUILDKITE_BUILD_NUMBER")),
        "BUILDKITE_PULL_REQUEST",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        None,
    ),
    host(&["CIRCLECI"], "CIRCLE_SHA1", Some("CIRCLE_BUILD_NUM")),
    with(
        host(&["BITBUCKET_COMMIT"], "BITBUCKET_COMMIT", Some("BITBUCKET_BUILD_NUMBER")),
        "BITBUCKET_PR_ID",
        "BITBUCKET_PR_DESTINATION_BRANCH",
        None,
    ),
    host(&["TEAMCITY_VERSION"], "BUILD_VCS_NUMBER", Some("BUILD_NUMBER")),
    with(host(&["DRONE"], "DRONE_COMMIT_SHA", Some("DRONE_BUILD_NUMBER")), "DRONE_PULL_REQUEST", "DRONE_TARGET_BRANCH", None),
    with(host(&["TRAVIS"], "TRAVIS_COMMIT", Some("TRAVIS_BUILD_NUMBER")), "TRAVIS_PULL_REQUEST", "TRAVIS_BRANCH", None),
    with(
        host(&["APPVEYOR"], "APPVEYOR_REPO_COMMIT", Some("APPVEYOR_BUILD_NUMBER")),
        "APPVEYOR_PULL_REQUEST_NUMBER",
        "APPVEYOR_REPO_BRANCH",
        None,
    ),
    host(&["CODEBUILD_BUILD_ARN"], "CODEBUILD_RESOLVED_SOURCE_VERSION", Some("CODEBUILD_BUILD_NUMBER")),
    host(&["CI"], "GIT_COMMIT", None),
];

const AZURE_TARGET: &str = "SYSTEM_PULLREQUEST_TARGETBRANCH";

/// Every variable of the table.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let of_host = |host: &'static CiHost| {
        let asked = host.pull_request.iter().flat_map(|one| [Some(one.is_one), Some(one.target), one.merge_base]);
        host.detect.iter().copied().chain([host.commit]).chain(host.build_number).chain(asked.flatten())
    };
    CI_HOSTS.iter().flat_map(of_host).chain(GITHUB_MERGE)
}

impl Surroundings {
    fn ci_host(&self) -> Option<&'static CiHost> {
        CI_HOSTS.iter().find(|host| host.detect.iter().all(|name| self.is_on(name)))
    }

    /// Whether this is a CI job.
    pub fn is_ci(&self) -> bool {
        self.ci_host().is_some()
    }

    /// The commit that the CI says it builds.
    pub fn commit(&self) -> Option<&str> {
        self.get(self.ci_host()?.commit)
    }

    /// The number that the CI gives this build; one that is no number (TeamCity lets users format it) is none.
    pub fn build_number(&self) -> Option<u64> {
        self.get(self.ci_host()?.build_number?)?.parse().ok()
    }

    /// The pull request that this job builds; `None` where it builds none, or the CI does not say so.
    pub fn pull_request(&self) -> Option<PullRequest> {
        if let Some(named) = self.get(PULL_REQUEST_BASE) {
            return Some(PullRequest { target: named.to_string(), merge_base: None, merge_commit: None });
        }
        let variables = self.ci_host()?.pull_request.as_ref()?;
        let target = self.get(variables.target).filter(|_| self.is_on(variables.is_one))?;
        let [commit, reference] = GITHUB_MERGE.map(|name| self.get(name));
        let is_merge = reference.is_some_and(|name| name.starts_with("refs/pull/") && name.ends_with("/merge"));
        Some(PullRequest {
            target: target.strip_prefix("refs/heads/").unwrap_or(target).to_string(),
            merge_base: variables.merge_base.and_then(|name| self.get(name)).map(str::to_string),
            merge_commit: commit.filter(|_| is_merge).map(str::to_string),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::Surroundings;
    use super::CI_HOSTS;

    fn around(variables: &str) -> Surroundings {
        let pairs = variables.split_whitespace().filter_map(|pair| pair.split_once('='));
        Surroundings { variables: pairs.map(|(name, value)| (known(name), value.to_string())).collect(), ..Surroundings::default() }
    }

    /// A variable that is not in the table would never be read from the process.
    fn known(name: &str) -> &'static str {
        super::variables().chain([super::PULL_REQUEST_BASE]).find(|known| *known == name).unwrap_or_else(|| panic!("{name} is not read"))
    }

    #[test]
    fn every_ci_is_known_by_its_variables() {
        for host in &CI_HOSTS {
            let set = |names: &[&str]| names.iter().map(|name| format!("{name}=true ")).collect::<String>();
            let all = around(&format!("{}{}=c0ffee", set(host.detect), host.commit));
            assert!(all.is_ci() && all.commit() == Some("c0ffee"), "{:?}", host.detect);
            if let [first, _] = host.detect {
                assert!(!around(&set(&[first])).is_ci(), "{first} alone");
            }
            if let Some(number) = host.build_number {
                assert_eq!(around(&format!("{}{number}=41", set(host.detect))).build_number(), Some(41), "{:?}", host.detect);
            }
        }
    }

    fn check(variables: &str, expected: &str) {
        let found = around(variables).pull_request().map_or("none".to_string(), |one| {
            format!("{} {} {}", one.target, one.merge_base.as_deref().unwrap_or("-"), one.merge_commit.as_deref().unwrap_or("-"))
        });
        assert_eq!(found, expected, "{variables}");
    }

    #[test]
    fn pull_requests_are_known_by_what_their_ci_says() {
        check("", "none");
        check("GITHUB_ACTIONS=true GITHUB_SHA=c0ffee GITHUB_REF=refs/heads/main", "none");
        check("GITHUB_ACTIONS=true GITHUB_SHA=c0ffee GITHUB_REF=refs/pull/7/merge GITHUB_BASE_REF=main", "main - c0ffee");
        check("GITHUB_ACTIONS=true GITHUB_SHA=c0ffee GITHUB_REF=refs/heads/main GITHUB_BASE_REF=main", "main - -");
        let gitlab = "GITLAB_CI=true CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_MERGE_REQUEST_DIFF_BASE_SHA=c0ffee";
        check(&format!("{gitlab} CI_MERGE_REQUEST_IID=3"), "main c0ffee -");
        check(gitlab, "none");
        check("JENKINS_URL=u BUILD_ID=3 CHANGE_ID=9 CHANGE_TARGET=release/2", "release/2 - -");
        check("TF_BUILD=True SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main", "main - -");
        check("BUILDKITE=true BUILDKITE_PULL_REQUEST=false BUILDKITE_PULL_REQUEST_BASE_BRANCH=main", "none");
        check("BUILDKITE=true BUILDKITE_PULL_REQUEST=12 BUILDKITE_PULL_REQUEST_BASE_BRANCH=main", "main - -");
        check("TRAVIS=true TRAVIS_PULL_REQUEST=false TRAVIS_BRANCH=main", "none");
        check("TRAVIS=true TRAVIS_PULL_REQUEST=5 TRAVIS_BRANCH=main", "main - -");
        // Without a CI, variables of one mean nothing; ours does.
        check("CHANGE_ID=9 CHANGE_TARGET=main", "none");
        check("NEVERSLOWER_PULL_REQUEST_BASE=develop", "develop - -");
    }

    #[test]
    fn a_build_number_that_is_no_number_is_none() {
        assert_eq!(around("TEAMCITY_VERSION=2026 BUILD_NUMBER=1.0.5").build_number(), None);
        assert_eq!(around("BUILD_NUMBER=5").build_number(), None);
    }
}
