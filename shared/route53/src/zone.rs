//! The zone that a domain lies in.

use std::pin::Pin;

use registry_domain::{Domain, HostedZones};

use super::{Route53, Route53Error};

/// A public hosted zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name, without a dot at the end.
    pub name: String,
}

impl Route53 {
    /// The nearest public zone of the account that the domain lies in. Of several with one name it is the first.
    ///
    /// # Errors
    /// When Route 53 does not answer.
    pub async fn zone(&self, domain: &Domain) -> Result<Option<Zone>, Route53Error> {
        Ok(self.zones(domain).await?.into_iter().next())
    }

    /// All public zones with the longest name that the domain lies in.
    async fn zones(&self, domain: &Domain) -> Result<Vec<Zone>, Route53Error> {
        let mut name = domain.as_str();
        // Whole labels are taken away: example.com is no zone of badexample.com.
        while let Some((_, above)) = name.split_once('.') {
            let zones = self.zones_named(name).await?;
            if !zones.is_empty() {
                return Ok(zones);
            }
            name = above;
        }
        Ok(Vec::new())
    }

    async fn zones_named(&self, name: &str) -> Result<Vec<Zone>, Route53Error> {
        let operation = "list the hosted zones";
        let (mut zones, mut next_id) = (Vec::new(), None);
        loop {
            let call = self.client.list_hosted_zones_by_name().dns_name(name).set_hosted_zone_id(next_id.take());
            let answer = call.send().await.map_err(|error| Route53Error::call(operation, &error))?;
            // They come in order of their names, and this one is the first that may come.
            let mut is_over = !answer.is_truncated;
            for zone in answer.hosted_zones {
                if zone.name.trim_end_matches('.') != name {
                    is_over = true;
                    break;
                }
                if !zone.config.is_some_and(|config| config.private_zone) {
                    let id = zone.id.rsplit('/').next().unwrap_or_default().to_owned();
                    zones.push(Zone { id, name: name.to_owned() });
                }
            }
            next_id = answer.next_hosted_zone_id;
            if is_over || next_id.is_none() {
                return Ok(zones);
            }
        }
    }

    async fn servers(&self, domain: &Domain) -> Result<Vec<String>, Route53Error> {
        let operation = "read a hosted zone";
        let mut servers = Vec::new();
        for zone in self.zones(domain).await? {
            let answer = self.client.get_hosted_zone().id(zone.id).send().await;
            let answer = answer.map_err(|error| Route53Error::call(operation, &error))?;
            let names = answer.delegation_set.map(|set| set.name_servers).unwrap_or_default();
            servers.extend(names.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()));
        }
        Ok(servers)
    }
}

impl HostedZones for Route53 {
    fn name_servers<'a>(
        &'a self,
        domain: &'a Domain,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<String>, String>> + Send + 'a>> {
        Box::pin(async move { self.servers(domain).await.map_err(|error| error.to_string()) })
    }
}
