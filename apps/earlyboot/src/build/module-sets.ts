/** What a guest in QEMU may have: every bus for disks, the network, shared directories, a keyboard, EFI. */
export const guestModules: readonly string[] = words(`
  virtio_pci virtio_mmio virtio_blk virtio_scsi virtio_net virtio_rng
  sd_mod sr_mod ahci ata_piix nvme
  xhci_pci ehci_pci uhci_hcd usb_storage uas usbhid hid_generic
  9p 9pnet_virtio virtiofs overlay loop isofs efivarfs
  atkbd i8042 e1000 e1000e
`);

/** File systems that can hold a root. */
export const rootFileSystems: readonly string[] = words(`
  ext4 btrfs xfs f2fs vfat exfat ntfs3 jfs bcachefs nilfs2 squashfs erofs isofs udf
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
