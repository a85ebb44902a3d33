// The packages that carry Node 24 say `"os": "linux"`, a plain string where the format wants a list.
// pnpm drops that, and would then install every system's Node everywhere and link any one of them.

const readPackage = (pkg) => {
  if (/^node-(bin-)?(linux|darwin|win)-/.test(pkg.name)) {
    pkg.os = [pkg.os].flat();
    pkg.cpu = [pkg.cpu].flat();
  }
  return pkg;
};

module.exports = { hooks: { readPackage } };
