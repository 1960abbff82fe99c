/**
 * Bring up the network of a QEMU guest, as its user network expects it.
 *
 * @packageDocumentation
 */
export {
  configureQemuNetworking,
  type QemuNetworkLinux,
  type QemuNetworkOptions,
} from "./configure-qemu-networking.ts";
export { qemuUserNetwork } from "./qemu-user-network.ts";
