//! `helm repo` and `helm search`: the list of chart repositories, their indexes, and what is in them.

mod add;
mod form;
mod index;
mod list;
mod search;
mod search_hub;
mod update;

pub(crate) use self::update::refresh;
pub use self::{
    add::{RepoAddOptions, repo_add},
    form::OutputForm,
    index::{RepoIndexOptions, repo_index},
    list::{RepoListOptions, RepoRemoveOptions, repo_list, repo_remove},
    search::{SearchRepoOptions, search_repo},
    search_hub::{SearchHubOptions, search_hub},
    update::{RepoUpdateOptions, repo_update},
};
