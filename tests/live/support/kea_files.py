"""Kea's lease files as tests write them: the columns of its versions 2.x and 3.x."""

from __future__ import annotations

HEADER4 = ("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
           "user_context,pool_id")
HEADER6 = ("address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,"
           "fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id")


def row6(unit: str, duid: str, expire: int, lifetime: int = 3600, iaid: int = 1, hostname: str = "") -> str:
    """A lease of an address, or of a prefix as "2001:db8::/56"; a lifetime of 0 takes it back."""
    address, _, length = unit.partition("/")
    return (f"{address},{duid},{lifetime},{expire},1,{lifetime * 2 // 3},{2 if length else 0},{iaid},{length or 128},"
            f"0,0,{hostname},,0,,0,0,0")
