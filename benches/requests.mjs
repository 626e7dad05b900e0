// @ts-check
/**
 * `node benches/requests.mjs` writes requests.json: some 1,500 requests of 30 pages, made up, always the same.
 *
 * The pages are nobody's. The hosts they reach are public: those that the rule lists name, and ordinary places that serve
 * letters, code and pictures. How many of which, and how long the URLs are, is modelled on recorded pages (half of the
 * URLs under 90 characters, one in thirty above 900). Nothing in it was recorded from anybody's visit.
 */
import { writeFileSync } from "node:fs";

const PAGES = 30;
const PER_PAGE = 50;

/** A small generator of numbers (mulberry32): the same on every machine. @param {number} seed */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const random = numbers(20260320);
const below = (/** @type {number} */ n) => Math.floor(random() * n);
/** @template T @param {readonly T[]} list @returns {T} */
const pick = (list) => list[below(list.length)];
const from = (/** @type {string} */ alphabet, /** @type {number} */ n) => Array.from({ length: n }, () => alphabet[below(alphabet.length)]).join("");
const hex = (/** @type {number} */ n) => from("0123456789abcdef", n);
const digits = (/** @type {number} */ n) => from("0123456789", n);
const letters = (/** @type {number} */ n) => from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", n);

/**
 * Fills `{hex16}` `{n10}` `{x40}` (hexadecimal, digits, letters), `{page}` (the page's URL, encoded), `{host}`, `{word}`.
 * @param {string} template @param {string} page
 */
function fill(template, page) {
  return template.replace(/\{(hex|n|x|page|host|word)(\d*)\}/g, (_, what, size) => {
    const n = Number(size || 8);
    switch (what) {
      case "hex": return hex(n);
      case "n": return `${1 + below(9)}${digits(n - 1)}`;
      case "x": return letters(n);
      case "page": return encodeURIComponent(page);
      case "host": return new URL(page).host;
      default: return pick(WORDS);
    }
  });
}

const WORDS = ["harbour", "weather", "spring", "council", "recipes", "football", "cameras", "garden", "trains", "budget", "museum",
  "bicycle", "bakery", "coffee", "mountain", "elections", "theatre", "winter", "holiday", "science", "reviews", "markets"];

/** What a site loads from itself. The longer the more often. @type {[string, string][]} */
const OWN = [
  ["stylesheet", "https://{host}/assets/css/main.{hex8}.css"],
  ["stylesheet", "https://{host}/static/{word}/theme.min.css?ver=6.{n1}.{n1}"],
  ["script", "https://{host}/assets/js/vendor.{hex20}.js"],
  ["script", "https://{host}/_next/static/chunks/{n3}-{hex16}.js"],
  ["script", "https://{host}/wp-includes/js/jquery/jquery.min.js?ver=3.7.{n1}"],
  ["script", "https://static.{host}/{word}/bundle.{hex8}.js"],
  ["image", "https://{host}/images/{word}-{word}-{n4}.jpg"],
  ["image", "https://img.{host}/photo/{n10}/{hex32}.webp?width=640&height=360&quality=75&auto=webp"],
  ["image", "https://img.{host}/resize/{n3}x{n3}/{word}/{word}-{n6}.png"],
  ["image", "https://{host}/icons/{word}.svg"],
  ["image", "https://{host}/wp-content/uploads/2026/0{n1}/{word}-{word}-{n3}x{n3}.jpg"],
  ["font", "https://{host}/fonts/{word}-regular.woff2"],
  ["xmlhttprequest", "https://{host}/api/v{n1}/articles/{n6}/related?limit=12&lang=en"],
  ["xmlhttprequest", "https://api.{host}/graphql?operationName={word}&variables=%7B%22id%22%3A%22{hex24}%22%2C%22first%22%3A20%7D&extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hex64}%22%7D%7D"],
  ["xmlhttprequest", "https://{host}/{word}/{word}.json"],
  ["media", "https://media.{host}/clips/{word}/{n8}/segment-{n3}.m4s"],
  ["websocket", "wss://live.{host}/socket/?EIO=4&transport=websocket&sid={x20}"],
  ["sub_frame", "https://{host}/widgets/{word}.html"],
];

/** Ordinary places. @type {[string, string][]} */
const PLAIN = [
  ["script", "https://cdn.jsdelivr.net/npm/{word}@{n1}.{n1}.{n1}/dist/{word}.min.js"],
  ["script", "https://cdnjs.cloudflare.com/ajax/libs/{word}.js/{n1}.{n2}.{n1}/{word}.min.js"],
  ["script", "https://unpkg.com/{word}@{n1}.{n1}.{n1}/index.js"],
  ["script", "https://ajax.googleapis.com/ajax/libs/jquery/3.{n1}.{n1}/jquery.min.js"],
  ["script", "https://code.jquery.com/jquery-3.{n1}.{n1}.slim.min.js"],
  ["stylesheet", "https://fonts.googleapis.com/css2?family=Roboto:wght@400;700&family=Source+Serif+4:ital,opsz,wght@0,8..60,200..900&display=swap"],
  ["font", "https://fonts.gstatic.com/s/roboto/v{n2}/{x43}.woff2"],
  ["stylesheet", "https://use.fontawesome.com/releases/v6.{n1}.{n1}/css/all.css"],
  ["image", "https://upload.wikimedia.org/wikipedia/commons/thumb/{hex1}/{hex2}/{word}_{word}.jpg/640px-{word}_{word}.jpg"],
  ["image", "https://images.unsplash.com/photo-{n13}-{hex12}?ixlib=rb-4.0.3&auto=format&fit=crop&w=1170&q=80"],
  ["image", "https://secure.gravatar.com/avatar/{hex32}?s=96&d=mm&r=g"],
  ["image", "https://i.ytimg.com/vi/{x11}/hqdefault.jpg"],
  ["sub_frame", "https://www.youtube-nocookie.com/embed/{x11}?rel=0&modestbranding=1"],
  ["sub_frame", "https://player.vimeo.com/video/{n9}?h={hex10}&badge=0&autopause=0&player_id=0"],
  ["script", "https://js.stripe.com/v3/"],
  ["image", "https://d{hex13}.cloudfront.net/{word}/{hex16}.png"],
  ["script", "https://{word}.s3.eu-central-1.amazonaws.com/embed/{hex8}/loader.js"],
  ["image", "https://a.tile.openstreetmap.org/1{n1}/{n4}/{n4}.png"],
  ["media", "https://{word}.akamaized.net/hls/live/{n7}/{word}/{n5}.ts"],
  ["script", "https://www.google.com/recaptcha/api.js?render=explicit&onload=ready"],
];

/** Who watches: names that the lists have. @type {[string, string][]} */
const WATCHERS = [
  ["script", "https://www.googletagmanager.com/gtm.js?id=GTM-{x7}"],
  ["script", "https://www.googletagmanager.com/gtag/js?id=G-{x10}&l=dataLayer&cx=c&gtm=45je5{n8}"],
  ["ping", "https://www.google-analytics.com/g/collect?v=2&tid=G-{x10}&gtm=45je5{n2}v{n9}za200&_p={n13}&gcd=13l3l3l3l1l1&npa=0&dma=0&cid={n9}.{n10}&ul=en-us&sr=1920x1080&uaa=x86&uab=64&uafvl=Chromium%3B140.0.{n4}.{n2}&uamb=0&uam=&uap=Linux&uapv=6.8.0&uaw=0&are=1&frm=0&pscdl=noapi&_s=1&sid={n10}&sct=1&seg=0&dl={page}&dt={word}%20{word}%20{word}&en=page_view&_fv=1&_nsi=1&_ss=1&_ee=1&ep.content_group={word}&ep.author={word}&epn.word_count={n4}&tfd={n4}"],
  ["image", "https://www.google-analytics.com/collect?v=1&_v=j101&a={n10}&t=pageview&_s=1&dl={page}&ul=en-us&de=UTF-8&dt={word}&sd=24-bit&sr=1920x1080&vp=1100x800&je=0&_u=AACAAEABAAAAACAAI~&jid={n9}&gjid={n9}&cid={n9}.{n10}&tid=UA-{n8}-1&_gid={n9}.{n10}&z={n9}"],
  ["script", "https://www.google-analytics.com/analytics.js"],
  ["xmlhttprequest", "https://stats.g.doubleclick.net/j/collect?t=dc&aip=1&_r=3&v=1&_v=j101&tid=UA-{n8}-1&cid={n9}.{n10}&jid={n9}&gjid={n9}&_gid={n9}.{n10}&_u=AACAAEAAAAAAACAAI~&z={n9}"],
  ["script", "https://securepubads.g.doubleclick.net/tag/js/gpt.js"],
  ["script", "https://securepubads.g.doubleclick.net/pagead/managed/js/gpt/m2026031{n1}0{n1}01/pubads_impl.js?cb={n8}"],
  ["xmlhttprequest", "https://securepubads.g.doubleclick.net/gampad/ads?pvsid={n16}&correlator={n16}&eid={n8}%2C{n8}%2C{n8}&output=ldjh&gdfp_req=1&vrg=2026031{n1}0101&ptt=17&impl=fifs&iu_parts={n8}%2C{word}%2C{word}%2Carticle&enc_prev_ius=%2F0%2F1%2F2%2F3%2C%2F0%2F1%2F2%2F3%2C%2F0%2F1%2F2%2F3&prev_iu_szs=970x250%7C728x90%2C300x250%7C300x600%2C300x250&ifi=1&sfv=1-0-40&eri=1&sc=1&cookie_enabled=1&abxe=1&dt={n13}&lmt={n10}&adxs=315%2C1005%2C1005&adys=104%2C620%2C1980&biw=1600&bih=900&scr_x=0&scr_y=0&btvi=0%7C0%7C1&ucis=1%7C2%7C3&oid=2&u_his=2&u_h=1080&u_w=1920&u_ah=1053&u_aw=1920&u_cd=24&u_sd=1&u_tz=60&dmc=8&bc=31&nvt=1&url={page}&vis=1&psz=1600x250%7C300x600%7C300x250&msz=1600x250%7C300x600%7C300x250&fws=0%2C0%2C0&ohw=0%2C0%2C0&ga_vid={n9}.{n10}&ga_sid={n10}&ga_hid={n9}&ga_fc=true&topics=1&tps=1&prev_scp=pos%3Dtop%26kw%3D{word}%2C{word}%2C{word}%7Cpos%3Dmid%7Cpos%3Dlow&cust_params=section%3D{word}%26id%3D{n8}%26permutive%3D{n5}%252C{n5}%252C{n5}%252C{n5}&frm=20&td=1&egid={n5}&tan={x43}&a3p={x300}"],
  ["script", "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client=ca-pub-{n16}"],
  ["sub_frame", "https://tpc.googlesyndication.com/safeframe/1-0-40/html/container.html?upapi=true"],
  ["sub_frame", "https://googleads.g.doubleclick.net/pagead/ads?client=ca-pub-{n16}&output=html&h=280&slotname={n10}&adk={n10}&adf={n10}&pi=t.ma~as.{n10}&w=336&lmt={n10}&rafmt=1&format=336x280&url={page}&fwr=0&fwrattr=true&rpe=1&resp_fmts=3&wgl=1&uach={x160}&dt={n13}&bpp=3&bdt={n3}&idt={n3}&shv=r2026031{n1}&mjsv=m2026031{n1}0101&ptt=9&saldr=aa&abxe=1&cookie=ID%3D{hex16}%3AT%3D{n10}%3ART%3D{n10}%3AS%3DALNI_{x30}&correlator={n13}&frm=20&pv=2&u_tz=60&u_his=1&u_h=1080&u_w=1920&u_ah=1053&u_aw=1920&u_cd=24&u_sd=1&dmc=8&adx=312&ady=1{n3}&biw=1585&bih=900&scr_x=0&scr_y=0&eid={n8}%2C{n8}%2C{n8}&oid=2&pvsid={n16}&tmod={n9}&fc=1920&brdim=0%2C0%2C0%2C0%2C1920%2C27%2C1920%2C1053%2C1600%2C900&vis=1&rsz=%7C%7CoeE%7C&abl=CS&pfx=0&fu=128&bc=31&ifi=1&uci=a!1&fsb=1&dtd={n2}"],
  ["image", "https://www.google.com/ads/ga-audiences?t=sr&aip=1&_r=4&slf_rd=1&v=1&_v=j101&tid=UA-{n8}-1&cid={n9}.{n10}&jid={n9}&_u=AACAAEAAAAAAACAAI~&z={n9}"],
  ["image", "https://cm.g.doubleclick.net/pixel?google_nid={word}&google_cm&google_sc&google_hm={x32}"],
  ["image", "https://ad.doubleclick.net/activity;src={n7};type={word};cat={word};ord={n13};gtm=45fe5{n5};auiddc={n9}.{n10};u1={word};~oref={page}?"],
  ["script", "https://connect.facebook.net/en_US/fbevents.js"],
  ["script", "https://connect.facebook.net/signals/config/{n15}?v=2.9.{n3}&r=stable&domain={host}&hme={hex64}&ex_m=70%2C121%2C107%2C111%2C61"],
  ["image", "https://www.facebook.com/tr/?id={n15}&ev=PageView&dl={page}&rl=&if=false&ts={n13}&sw=1920&sh=1080&v=2.9.{n3}&r=stable&ec=0&o=4126&fbp=fb.1.{n13}.{n18}&cs_est=true&ler=empty&cdl=API_unavailable&it={n13}&coo=false&rqm=GET"],
  ["sub_frame", "https://www.facebook.com/plugins/like.php?href={page}&width=120&layout=button_count&action=like&size=small&share=false&height=21"],
  ["script", "https://platform.twitter.com/widgets.js"],
  ["script", "https://static.ads-twitter.com/uwt.js"],
  ["image", "https://t.co/i/adsct?bci=3&eci=2&event_id={hex8}-{hex4}-{hex4}-{hex4}-{hex12}&events=%5B%5B%22pageview%22%2C%7B%7D%5D%5D&integration=advertiser&p_id=Twitter&p_user_id=0&pl_id={hex8}-{hex4}-{hex4}-{hex4}-{hex12}&tw_document_href={page}&tw_iframe_status=0&tw_order_quantity=0&tw_sale_amount=0&txn_id={x5}&type=javascript&version=2.3.30"],
  ["script", "https://snap.licdn.com/li.lms-analytics/insight.min.js"],
  ["image", "https://px.ads.linkedin.com/collect?v=2&fmt=js&pid={n7}&time={n13}&url={page}"],
  ["script", "https://analytics.tiktok.com/i18n/pixel/events.js?sdkid={x20}&lib=ttq"],
  ["xmlhttprequest", "https://analytics.tiktok.com/api/v2/pixel"],
  ["image", "https://ct.pinterest.com/v3/?event=init&tid={n13}&cb={n13}&dep=2%2CPAGE_LOAD&pd=%7B%22np%22%3A%22gtm%22%7D"],
  ["script", "https://sc-static.net/scevent.min.js"],
  ["script", "https://bat.bing.com/bat.js"],
  ["image", "https://bat.bing.com/action/0?ti={n8}&Ver=2&mid={hex32}&sid={hex32}&vid={hex32}&vids=1&msclkid=N&pi=918639831&lg=en-US&sw=1920&sh=1080&sc=24&tl={word}&p={page}&r=&lt={n4}&evt=pageLoad&sv=1&rn={n6}"],
  ["script", "https://www.clarity.ms/tag/{x10}"],
  ["xmlhttprequest", "https://q.clarity.ms/collect"],
  ["script", "https://static.hotjar.com/c/hotjar-{n7}.js?sv=6"],
  ["script", "https://script.hotjar.com/modules.{hex20}.js"],
  ["websocket", "wss://ws.hotjar.com/api/v2/client/ws?v=7&site_id={n7}"],
  ["script", "https://edge.fullstory.com/s/fs.js"],
  ["xmlhttprequest", "https://rs.fullstory.com/rec/bundle/v2?OrgId={x5}&UserId={n16}&SessionId={n16}&PageId={n16}&Seq=2&ClientTime={n13}&PageStart={n13}&PrevBundleTime={n13}&LastActivity=3{n3}&IsNewSession=true&ContentEncoding=gzip"],
  ["script", "https://cdn.mouseflow.com/projects/{hex8}-{hex4}-{hex4}-{hex4}-{hex12}.js"],
  ["script", "https://cdn.segment.com/analytics.js/v1/{x32}/analytics.min.js"],
  ["xmlhttprequest", "https://api.segment.io/v1/p"],
  ["xmlhttprequest", "https://api2.amplitude.com/2/httpapi"],
  ["xmlhttprequest", "https://api-js.mixpanel.com/track/?verbose=1&ip=1&_={n13}"],
  ["script", "https://cdn.heapanalytics.com/js/heap-{n10}.js"],
  ["script", "https://js-agent.newrelic.com/nr-spa-1.{n3}.0.min.js"],
  ["xmlhttprequest", "https://bam.nr-data.net/1/{hex10}?a={n9}&v=1.{n3}.0&to={x48}&rst={n4}&ck=0&s={hex16}&ref={page}&ptid={hex16}&ap=105&be={n3}&fe={n4}&dc={n4}&perf=%7B%22timing%22%3A%7B%22of%22%3A{n13}%2C%22n%22%3A0%2C%22f%22%3A3%2C%22dn%22%3A5%2C%22c%22%3A7%2C%22s%22%3A14%7D%7D"],
  ["xmlhttprequest", "https://o{n6}.ingest.sentry.io/api/{n7}/envelope/?sentry_key={hex32}&sentry_version=7&sentry_client=sentry.javascript.browser%2F8.{n2}.0"],
  ["script", "https://mc.yandex.ru/metrika/tag.js"],
  ["xmlhttprequest", "https://mc.yandex.ru/watch/{n8}?wmode=7&page-url={page}&charset=utf-8&browser-info=pv%3A1%3Avf%3A{x18}%3Afu%3A0%3Aen%3Autf-8%3Ala%3Aen-US%3Av%3A1{n3}%3Acn%3A1%3Adp%3A0%3Als%3A{n13}%3Ahid%3A{n9}%3Az%3A60%3Ai%3A20260320100000%3Aet%3A{n10}%3Ac%3A1%3Arn%3A{n9}%3Arqn%3A1%3Au%3A{n19}%3Aw%3A1585x900%3As%3A1920x1080x24%3Ask%3A1&t=gdpr(14)clc(0-0-0)rqnt(1)aw(1)rcm(1)cdl(na)eco({n8})ti(1)"],
  ["script", "https://static.chartbeat.com/js/chartbeat.js"],
  ["image", "https://ping.chartbeat.net/ping?h={host}&p=%2F{word}&u={x28}&d={host}&g={n5}&g0={word}&n=1&f=00001&c=0&x=0&m=0&y=9{n3}&o=1585&w=900&j=45&R=1&W=0&I=0&E=0&e=0&r=&b={n4}&t={x24}&V=141&i={word}&tz=-60&sn=1&sv={x24}&sd=1&im=067b2ff3&_"],
  ["image", "https://p1.parsely.com/plogger/?rand={n13}&plid={hex32}&idsite={host}&url={page}&screen=1920x1080%7C1920x1053%7C24&data=%7B%22parsely_uuid%22%3A%22{hex32}%22%7D&sid=1&surl={page}&sref=&sts={n13}&slts=0&title={word}&date=Fri+Mar+20+2026&action=pageview"],
  ["script", "https://sb.scorecardresearch.com/beacon.js"],
  ["image", "https://sb.scorecardresearch.com/b?c1=2&c2={n8}&cs_it=b9&cv=4.0.0&ns__t={n13}&ns_c=UTF-8&c7={page}&c8={word}&c9="],
  ["script", "https://secure.quantserve.com/quant.js"],
  ["image", "https://pixel.quantserve.com/pixel;r={n9};labels={word};rf=0;a=p-{x13};url={page};ref=;uht=2;fpan=1;fpa=P0-{n10}-{n13};pbc=;ns=0;ce=1;qjs=1;qv={hex8}-20260320;cm=;gdpr=0;d={host};dst=1;et={n13};tzo=-60;ogl="],
  ["script", "https://static.criteo.net/js/ld/publishertag.prebid.js"],
  ["xmlhttprequest", "https://bidder.criteo.com/cdb?profileId=207&av=37&wv=9.{n2}.0&cb={n11}&lsavail=1&networkId={n4}"],
  ["sub_frame", "https://gum.criteo.com/syncframe?origin=publishertag&topUrl={host}&gdpr=0&gdpr_consent="],
  ["image", "https://dis.criteo.com/dis/usersync.aspx?r=2&p=59&cp={word}&cu=1&url=https%3A%2F%2Fib.adnxs.com%2Fsetuid%3Fentity%3D52%26code%3D%40%40CRITEO_USERID%40%40"],
  ["xmlhttprequest", "https://ib.adnxs.com/ut/v3/prebid"],
  ["image", "https://ib.adnxs.com/getuid?https://{word}.example/match?uid=$UID&src=appnexus"],
  ["script", "https://c.amazon-adsystem.com/aax2/apstag.js"],
  ["xmlhttprequest", "https://aax-dtb-cf.amazon-adsystem.com/e/dtb/bid?src={n4}&u={page}&pid={x14}&cb=0&ws=1585x900&v=26.320.1&t=1500&slots=%5B%7B%22sd%22%3A%22top%22%2C%22s%22%3A%5B%22970x250%22%2C%22728x90%22%5D%2C%22sn%22%3A%22%2F{n8}%2F{word}%22%7D%5D&schain=1.0%2C1!{host}%2C{n4}%2C1%2C%2C%2C&sm={hex8}-{hex4}&pj=%7B%22si_section%22%3A%22{word}%22%7D&gdprl=%7B%22status%22%3A%22no-cmp%22%7D"],
  ["image", "https://s.amazon-adsystem.com/dcm?pid={hex8}-{hex4}-{hex4}-{hex4}-{hex12}&id={hex32}&gdpr=0"],
  ["xmlhttprequest", "https://fastlane.rubiconproject.com/a/api/fastlane.json?account_id={n5}&site_id={n6}&zone_id={n7}&size_id=57&alt_size_ids=2&p_pos=atf&rp_schain=1.0,1!{host},{n4},1,,,&rf={page}&tg_i.pbadslot=%2F{n8}%2F{word}&tk_flint=pbjs_lite_v9.{n2}.0&x_source.tid={hex8}-{hex4}&l_pb_bid_id={hex14}&p_screen_res=1920x1080&rp_secure=1&rp_hard_floor=0.1&slots=1&rand=0.{n16}"],
  ["image", "https://pixel.rubiconproject.com/tap.php?v={n5}&nid={n4}&put={hex32}&gdpr=0&expires=30"],
  ["xmlhttprequest", "https://hbopenbid.pubmatic.com/translator?source=prebid-client"],
  ["sub_frame", "https://ads.pubmatic.com/AdServer/js/user_sync.html?kdntuid=1&p={n6}&gdpr=0&gdpr_consent="],
  ["image", "https://image8.pubmatic.com/AdServer/ImgSync?p={n6}&gdpr=0&pu=https%3A%2F%2F{word}.example%2Fsetuid%3Fbidder%3Dpubmatic%26uid%3D%23PMUID"],
  ["image", "https://us-u.openx.net/w/1.0/sd?id={n9}&val={hex32}&gdpr=0"],
  ["image", "https://ssum-sec.casalemedia.com/usermatchredir?s={n6}&cb=https%3A%2F%2F{word}.example%2Fix%3Fid%3D"],
  ["image", "https://match.adsrvr.org/track/cmf/generic?ttd_pid={word}&ttd_tpi=1&gdpr=0"],
  ["image", "https://sync.mathtag.com/sync/img?mt_exid={n5}&redir=https%3A%2F%2F{word}.example%2Fs%3Fid%3D%5BMM_UUID%5D"],
  ["image", "https://dpm.demdex.net/ibs:dpid={n4}&dpuuid={hex32}"],
  ["image", "https://sync-tm.everesttech.net/upi/pid/{x8}?redir=https%3A%2F%2F{word}.example%2Fsync%3Fid%3D%24%7BTM_USER_ID%7D"],
  ["image", "https://idsync.rlcdn.com/{n6}.gif?partner_uid={hex32}"],
  ["xmlhttprequest", "https://id5-sync.com/g/v2/{n4}.json"],
  ["xmlhttprequest", "https://bcp.crwdcntrl.net/6/data?c={n5}&rt=ifr"],
  ["script", "https://z.moatads.com/{word}{n9}/moatad.js"],
  ["script", "https://cdn.doubleverify.com/dvtp_src.js?ctx={n7}&cmp={n8}&sid={n7}&plc={n9}&adsrv=1&btreg=&btadsrv=&crt=&tagtype=&dvtagver=6.1.src"],
  ["script", "https://pixel.adsafeprotected.com/jload?anId={n6}&advId={n9}&campId={n9}&pubId={n9}&placementId={n9}"],
  ["script", "https://cdn.taboola.com/libtrc/{word}/loader.js"],
  ["xmlhttprequest", "https://trc.taboola.com/{word}/trc/3/json?tim=10%3A00%3A00.000&lti=trecs&data=%7B%22id%22%3A{n3}%2C%22ii%22%3A%22%2F{word}%22%2C%22it%22%3A%22text%22%2C%22sd%22%3Anull%2C%22ui%22%3Anull%2C%22vi%22%3A{n13}%2C%22cv%22%3A%2220260320-1-RELEASE%22%2C%22uiv%22%3A%22default%22%2C%22u%22%3A%22{page}%22%2C%22e%22%3Anull%2C%22bv%22%3A%220%22%2C%22r%22%3A%5B%5D%7D&pubit=i"],
  ["script", "https://widgets.outbrain.com/outbrain.js"],
  ["script", "https://cdn.optimizely.com/js/{n11}.js"],
  ["xmlhttprequest", "https://logx.optimizely.com/v1/events"],
  ["image", "https://{word}.sc.omtrdc.net/b/ss/{word}/1/JS-2.22.4/s{n14}?AQB=1&ndh=1&pf=1&t=20%2F2%2F2026%2010%3A0%3A0%205%20-60&mid={n38}&ce=UTF-8&pageName={word}%3A{word}&g={page}&cc=EUR&ch={word}&events=event1&c1={word}&v1=D%3Dc1&c2=article&v2=D%3Dc2&s=1920x1080&c=24&j=1.6&v=N&k=Y&bw=1585&bh=900&mcorgid={hex24}%40AdobeOrg&AQE=1"],
  ["script", "https://s7.addthis.com/js/300/addthis_widget.js?pubid=ra-{hex16}"],
  ["script", "https://{word}.disqus.com/embed.js"],
  ["script", "https://cdn.cookielaw.org/scripttemplates/otSDKStub.js"],
  ["image", "https://{host}/b/ss/{word}/1/H.27.5/s{n14}?AQB=1&pageName={word}&AQE=1"],
  ["xmlhttprequest", "https://{host}/cdn-cgi/rum?"],
  ["script", "https://{host}/matomo/matomo.js"],
  ["image", "https://{host}/matomo/matomo.php?action_name={word}&idsite=1&rec=1&r={n6}&h=10&m=0&s=0&url={page}&_id={hex16}&_idn=1&send_image=1&_refts=0&pv_id={x6}"],
  ["script", "https://{host}/wp-content/plugins/google-analytics-for-wordpress/assets/js/frontend-gtag.min.js?ver=9.{n1}.0"],
];

/** How a page is come to. */
const ARRIVALS = ["", "", "", "?utm_source=newsletter&utm_medium=email&utm_campaign={word}-2026", "?gclid={x91}", "?fbclid={x61}&utm_source=facebook", "?id={n6}"];
/** Names that nobody can have, under suffixes of one and of two labels, and a few that the lists' rules speak of. */
const SITES = ["www.{word}-{word}.example", "{word}{word}.example", "shop.{word}.example", "www.example.com", "news.example.co.uk", "www.example.de",
  "blog.example.org", "www.youtube.com", "www.reddit.com", "www.twitch.tv"];
/** The share of watchers and of ordinary places among a page's requests; the rest is its own. */
const KINDS = /** @type {const} */ ([{ watchers: 0.72, plain: 0.1 }, { watchers: 0.5, plain: 0.2 }, { watchers: 0.35, plain: 0.2 }, { watchers: 0.08, plain: 0.15 }]);

/** @typedef {{ url: string, requests: [type: string, url: string][] }} Page */

/** @returns {Page[]} */
export function generate() {
  return Array.from({ length: PAGES }, (_, n) => {
    const host = fill(SITES[n % SITES.length], "https://none.example/");
    const url = fill(`https://${host}/${pick(["", "{word}/", "{word}/{word}-{word}-{n5}", "p/{n6}"])}${pick(ARRIVALS)}`, `https://${host}/`);
    const kind = KINDS[n % KINDS.length];
    /** @type {[string, string][]} */
    const requests = [["main_frame", url]];
    while (requests.length < PER_PAGE) {
      const at = random();
      const [type, template] = pick(at < kind.watchers ? WATCHERS : at < kind.watchers + kind.plain ? PLAIN : OWN);
      requests.push([type, fill(template, url)]);
    }
    return { url, requests };
  });
}

/** One request a line, so that a change can be read. @param {Page[]} pages */
const text = (pages) => `[\n${pages.map(({ url, requests }) =>
  `{"url":${JSON.stringify(url)},"requests":[\n${requests.map((request) => JSON.stringify(request)).join(",\n")}\n]}`).join(",\n")}\n]\n`;

writeFileSync(new URL("requests.json", import.meta.url), text(generate()));
