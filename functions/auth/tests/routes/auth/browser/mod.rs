//! Login in a browser.

mod callback;
mod chromium;
mod github;
mod jar;
mod login;
mod logout;
mod logs;
mod refresh;
mod visitor;
mod webdriver;
