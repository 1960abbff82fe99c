/** What a guest in QEMU may have: every bus for disks, the network, shared directories, a keyboard. */
export const guestModules: readonly string[] = words(`
  virtio_pci virtio_mmio virtio_blk virtio_scsi virtio_net virtio_rng
  sd_mod sr_mod ahci ata_piix nvme
  xhci_pci ehci_pci uhci_hcd usb_storage uas usbhid hid_generic
  9p 9pnet_virtio virtiofs overlay loop isofs
  atkbd i8042 e1000 e1000e
`);

/** What any machine may need to reach its root: directories below `kernel/`. */
export const genericDirectories: readonly string[] = words(`
  drivers/ata drivers/nvme/host drivers/scsi drivers/message/fusion drivers/ufs
  drivers/virtio drivers/mmc drivers/memstick drivers/md drivers/nvdimm
  drivers/usb/host drivers/usb/storage drivers/usb/dwc3 drivers/thunderbolt
  drivers/hid drivers/input/keyboard drivers/input/serio drivers/firewire
  drivers/pci/controller drivers/phy drivers/hv drivers/xen
`);

/** What any machine may need, outside of those directories. */
export const genericModules: readonly string[] = words(`
  virtio_blk xen_blkfront loop rbd nbd virtio_net 9p 9pnet_virtio virtiofs overlay
  hv_storvsc hv_vmbus vmw_pvscsi mptspi dm_crypt
  crc32c_generic crc32c_intel crc32_pclmul libcrc32c
`);

/** File systems that can hold a root. */
export const rootFileSystems: readonly string[] = words(`
  ext4 btrfs xfs f2fs vfat exfat ntfs3 jfs bcachefs nilfs2 squashfs erofs isofs udf
`);

/** Modules that a file system asks for by name when it is mounted: depmod does not know of them. */
export const fileSystemHelpers: Readonly<Record<string, readonly string[]>> = {
  vfat: words("nls_cp437 nls_ascii nls_iso8859_1 nls_utf8"),
  ext4: words("crc32c_generic crc32c_intel"),
  btrfs: words("crc32c_generic crc32c_intel blake2b_generic xxhash_generic"),
  f2fs: words("crc32_generic crc32_pclmul"),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
