/**
 * The addresses of QEMU's user network (`-netdev user`), as QEMU chooses them when it is told nothing.
 * See https://www.qemu.org/docs/master/system/devices/net.html.
 */
export const qemuUserNetwork = {
  network: "10.0.2.0",
  netmask: "255.255.255.0",
  prefixLength: 24,
  /** The address that `configureQemuNetworking` gives to the guest. */
  guest: "10.0.2.10",
  /** The host, which also is the way out. */
  gateway: "10.0.2.2",
  nameServer: "10.0.2.3",
  /** Where QEMU's SMB server answers, when it is asked for one. */
  smb: "10.0.2.4",
  /** The first address that QEMU's DHCP server gives away. */
  firstLease: "10.0.2.15",
} as const;
