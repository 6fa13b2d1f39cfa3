import { chromium } from 'playwright-core'; import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
const lab=spawn('node',['--import','tsx','main/cli.ts','lab','--no-open','--port','0'],{env:{...process.env,SLUICE_HOME:'/tmp/c-home'},stdio:['pipe','pipe','inherit']});
let out=''; lab.stdout.on('data',d=>out+=d); for(let i=0;i<100&&!/http:\S+/.test(out);i++) await new Promise(r=>setTimeout(r,200));
const url=/http:\S+/.exec(out)![0]; console.log(url.slice(0,40));
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']}); try {
const page=await b.newPage({viewport:{width:1280,height:800},acceptDownloads:true}); page.on('pageerror',e=>console.log(e.stack)); page.on('console',m=>['error','warning'].includes(m.type())&&console.log(m.text()));
await page.goto(url); await page.waitForTimeout(2500); await page.screenshot({path:'/tmp/c-try/lab-home.png'});
await page.goto(new URL('/#/runs/0001-deprune-4-full',url).href); await page.waitForTimeout(4000); await page.screenshot({path:'/tmp/c-try/lab-run.png'});
console.log(page.url());
const more=page.getByRole('button',{name:/^More for/}).first(); await more.click(); await page.getByText('Export chart').click(); await page.waitForTimeout(6000); await page.screenshot({path:'/tmp/c-try/lab-export.png'});
for (const f of ['PDF']) { const [d]=await Promise.all([page.waitForEvent('download',{timeout:20000}),page.getByRole('button',{name:'Save '+f}).click()]); console.log(d.suggestedFilename()); await d.saveAs('/tmp/c-try/o/dl.pdf'); }
} finally { await b.close(); lab.kill('SIGINT'); setTimeout(()=>lab.kill('SIGKILL'),3000).unref(); }
