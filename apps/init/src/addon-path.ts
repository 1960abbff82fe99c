/** Where the image holds the native addon. */
export const addonPath = "/lib/earlyboot/ffi-rs.node";

/** Where the image holds the native part of `bare-fs`, for Bare. */
export const bareFsPath = "/lib/earlyboot/bare-fs.bare";
