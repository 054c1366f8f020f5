//! `/v0.1/x/dev.berth/*`

mod accounts;
mod audit;
mod domains;
mod invitations;
mod members;
mod person;
mod pins;
mod shapes;
mod trail;
mod transfer;
mod world;
