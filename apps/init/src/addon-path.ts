/** Where the image holds the native addon. */
export const addonPath = "/lib/earlyboot/ffi-rs.node";

/** Where the image holds the native part of `bare-fs`, for Bare. */
export const bareFsPath = "/lib/earlyboot/bare-fs.bare";

/** Where the image holds the addon of `native/code-cache.c`, for Bare. */
export const codeCachePath = "/lib/earlyboot/code-cache.bare";
