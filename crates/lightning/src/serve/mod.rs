//! A node behind the part of LND's REST interface that [`lnd`](crate::lnd) uses.
