console.log("earlyboot");
