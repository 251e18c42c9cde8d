//! What words of the known languages look like, a profile for each language in each of its scripts.
//!
//! A profile has some sixty of the commonest words and the commonest endings of inflected words. Words
//! that several languages share are in the profile of each, so they decide nothing between them.

use self::Script::{Cyrillic, Latin};

/// A script that a known language is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Script {
    Cyrillic,
    Latin,
    #[default]
    Other,
}

/// A set of profiles: bit `n` is `PROFILES[n]`.
pub(super) type ProfileSet = u16;

/// A language in one script.
pub(super) struct Profile {
    /// The primary subtag of the language (BCP 47).
    pub(super) language: &'static str,
    pub(super) script: Script,
    /// Whether the language is rarely written in this script.
    pub(super) is_second: bool,
    /// The lower-case letters of native words.
    pub(super) letters: &'static str,
    /// The further letters of loan words. Letters that are in neither are foreign.
    pub(super) loans: &'static str,
    /// Pairs of letters that only loan words have, parted by spaces.
    pub(super) loan_pairs: &'static str,
    /// The commonest words, parted by spaces. `ʻ` stands for every apostrophe.
    pub(super) words: &'static str,
    /// Pairs of letters that words often begin with.
    pub(super) beginnings: &'static str,
    /// The commonest endings, of two to [`ENDING_LETTERS_MAX`] letters.
    pub(super) endings: &'static str,
}

/// The most letters of an ending.
pub(super) const ENDING_LETTERS_MAX: u32 = 5;

/// The profiles of all known languages. There are at most 16, because a set of them is a `u16`.
pub(super) static PROFILES: [Profile; 15] = [
    Profile {
        language: "ru",
        script: Cyrillic,
        is_second: false,
        letters: "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        loans: "",
        loan_pairs: "ця цю ьо ьц що щу ць вж кщ юв зп зт зх зц зс цт йд зр ув ою як вч йо яг чо \
                     юд йж",
        words: "в во и на с со не что для из к ко о об от по за до как а но или это его её их \
                при у он она они мы был была было были быть будет будут после также чтобы уже \
                все всё ещё если только между под над через более этом этого этой том когда где \
                который которая которые которых так же году лет без стал стала стали против \
                почему сообщил сообщила сообщили сообщает рассказал рассказала заявил нет кто \
                чем есть очень может можно нужно время",
        beginnings: "ис из ин со ра ср им ни сд сч сн см сб",
        endings: "ого его ому ему ами ями ых их ый ий ой ая яя ое ые ие ов ев ем ом ть ться тся \
                  ся сь ли ло ла ал ил ел ял ет ит ют ут ат ят ия ию ии ция ции ение ения ений \
                  ство ать ить ую юю ях ах ью исты овать ывать ивать овали ывали ивали овал \
                  ывал ивал тель теля тели ник ников щик лся лась лись аться иться ей ее ешь \
                  ишь ек ца рь мя ья ной ния ние нии нию кой ная ное ает ают ует ского ской \
                  ость ости ский ская ское ские ских ским ством ства стве ную ием кие кими ине \
                  тью стью щие щих щий щая яет уют дит овой ском скую ией",
    },
    Profile {
        language: "kk",
        script: Cyrillic,
        is_second: false,
        letters: "аәбгғдежзийкқлмнңоөпрстуұүһшыіэюя",
        loans: "вёфхцчщъь",
        loan_pairs: "",
        words: "және мен бен пен үшін бұл бір осы ол да де та те бар жоқ болып деп деді дейді бойынша \
                туралы жайлы қазір енді бірақ ал біз сол оның олар өз кейін дейін бері ең көп жаңа \
                жылы жыл болды болған болады еді екен екі үш бүгін ішінде арасында арқылы қарай емес \
                керек мүмкін соң астам тағы әр деген ретінде қарсы",
        beginnings: "",
        endings: "ның нің дың дің тың тің лар лер дар дер тар тер лары лері дары дері тары тері \
                  ған ген қан кен ды ді ты ті да де та те ға ге қа ке ны ні сы сі лық лік дық \
                  дік тық тік лы лі нда нде нан нен дан ден тан тен мақ мек йды йді еді ады мен \
                  бен пен шы ші ына іне уы уі йы йі ғы гі қы кі лды лді тты тті қты кті пты пті \
                  дады танды ланды рге йге лге",
    },
    Profile {
        language: "kk",
        script: Latin,
        is_second: true,
        // Letters of the spellings of 2018, 2019 and 2021.
        letters: "aäábdeéfgğǵhiıïjklmnñńoöópqrsştuūúüvwxyýzʻ",
        loans: "",
        loan_pairs: "th wh ee oo ea ou ph gh ow",
        words: "jäne jáne men ben pen üşin úshin bul būl bir osy ol da de ta te bar joq bolyp dep dedi \
                deidi deıdi boiynşa boıynsha turaly týraly jaily qazir qazır endi biraq al biz sol onyñ \
                onyń olar öz óz keiin keıin deiin deıin eñ eń köp kóp jaña jańa jyly jyl boldy bolğan \
                bolǵan bolady edi eken eki üş úsh bügin búgin işinde ishinde arasynda arqyly emes kerek \
                soñ soń astam tağy taǵy är ár degen",
        beginnings: "",
        endings: "nyñ niñ dyñ diñ tyñ tiñ nyń niń dyń diń tyń tiń lar ler dar der tar ter ğan gen \
                  qan ken ǵan dy di ty ti ğa ǵa ge qa ke ny ni sy si lyq lik dyq dik nda nde nan \
                  nen dan den ydy idi ady edi syn aidy eidi dı tı nı sı lık dık nıñ dıñ tıñ edı eidı syz siz sız tyr tır uy yny",
    },
    Profile {
        language: "uk",
        script: Cyrillic,
        is_second: false,
        letters: "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        loans: "",
        loan_pairs: "ае ее ое уе юе яе ие ья ью ье ия ии ию аи ои уи шь жь чь ой ая тс сс ел ес \
                     фи ио ей иа лс щи цк ющ ущ ящ бщ ещ лл мм пп рр сч сд лн вь пя бя мь хс яя",
        words: "і й та у в на що не з із зі до за для як про від але це його її їх або був була \
                було були бути після також щоб вже все ще якщо коли який яка які яких він вона \
                вони ми під час проти без чому кого де став стала стали через між при цього \
                того цей так чи є над біля року років повідомив повідомили заявив дуже може \
                можна треба тільки навіть хто",
        beginnings: "ви зб зм зг вб зв зр чо",
        endings: "ого ому ими ості ість ться тися ння нням ття их ій ів їв ло ла ли ив ав ув \
                  ити ати ють уть ять ує ає ий ної ною ські ькій ький ції ція цію ові ах ях ами \
                  ями иця ицю ний вий рий тий них вих ним вим ними вими ову ори ари ери оди иди \
                  ади ети оти они ини ани оси аси енти анти исти нню овне ези оби льна льну \
                  льне ична ичну чне име йте емо имо ька ьку ької увати ували ував увала ювати \
                  ювали ював ювала ть ить ою ня тя ць ця цю тю би ти ви вою вав ави ючи вся ням \
                  жуть дуть ових вано ською ито ися ася ося тись лись нко су ду ького кою тою \
                  ець ути яти ливо ттям",
    },
    Profile {
        language: "be",
        script: Cyrillic,
        is_second: false,
        letters: "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        loans: "",
        loan_pairs: "",
        words: "і й ў у на не што з са за да як для пра ад але гэта яго яе іх ці быў была было былі быць \
                пасля таксама каб ужо усё калі якія які якая ён яна яны мы пад праз паміж па гэтым гэтага \
                так яшчэ можна дзе толькі каля падчас аднак год гадоў паведаміў",
        beginnings: "",
        endings: "ага яга аму яму ымі імі іх ых цца асці ння нне ць аў яў еў іў ыў ую ай ыі ія скі \
                  цыі цыя ыя лі ла ло ам ах ях амі ямі ой ей",
    },
    Profile {
        language: "bg",
        script: Cyrillic,
        is_second: false,
        letters: "абвгдежзийклмнопрстуфхцчшщъьюя",
        loans: "",
        loan_pairs: "",
        words: "и в във на да се за от е с със не че са по като но или до при след който която което които \
                това този тази тези той тя те ще си без между през към преди още вече има няма беше бяха \
                бил може само както ли му го под над сред година заяви съобщи",
        beginnings: "",
        endings: "ата ята ото ето ите ият ът ията ция ване ане ени ски ска ско ха ше ва ов ове ение \
                  ства ост ости та то те ия ие ения ал ил ел иха иш",
    },
    Profile {
        language: "sr",
        script: Cyrillic,
        is_second: false,
        letters: "абвгдђежзијклљмнњопрстћуфхцчџш",
        loans: "",
        loan_pairs: "",
        words: "и у на је да се за су са од који која које ће из не што као то а би до или али није након \
                више због само кроз међу ово овај ова како тако још већ био била било ако где када при \
                према по о испод него године",
        beginnings: "",
        endings: "ога ом им их ама има ити ати ао ла ло ли ње ња ски ска ске ција ције ост ости ује \
                  ају ио ила или ника ље ег ем",
    },
    Profile {
        language: "sr",
        script: Latin,
        is_second: false,
        letters: "abcčćdđefghijklmnoprsštuvzž",
        loans: "",
        loan_pairs: "",
        words: "i u na je da se za su sa od koji koja koje će iz ne što kao to a bi do ili ali nije nakon \
                više zbog samo kroz među ovo ovaj ova kako tako još već bio bila bilo ako gde kada pri \
                prema po o ispod nego godine",
        beginnings: "",
        endings: "oga om im ih ama ima iti ati ao la lo li nje nja ski ska ske cija cije ost osti \
                  uje aju",
    },
    Profile {
        language: "ky",
        script: Cyrillic,
        is_second: false,
        letters: "абгдеёжзийклмнңоөпрстуүчшыэюя",
        loans: "вфхцщъь",
        loan_pairs: "",
        words: "жана менен үчүн бул бир деп дейт деди тууралуу боюнча анын ал эле болуп болгон болду болот \
                бар жок чейин кийин дагы бирок эми өз эң көп каршы билдирди кабарлайт эки үч керек жылы \
                жыл жаңы бүгүн аны алар эмес ошол ушул учурда айтымында арасында гана ар мурда анткени",
        beginnings: "",
        endings: "нын нин нун нүн дын дин дун дүн тын тин тун түн лар лер лор лөр дар дер дор дөр \
                  тар тер тор төр уу үү ган ген гон гөн кан кен кон көн ды ди ду дү ты ти ту тү да \
                  де до дө га ге го гө ка ке ко кө ны ни ну нү сы си су сү лык лик луу лүү дуу дүү \
                  нан нен тан тен дан ден дон дөн айт ейт ойт өйт син сын",
    },
    Profile {
        language: "tt",
        script: Cyrillic,
        is_second: false,
        letters: "абвгдеәжҗзийклмнңоөпрстуүфхһчшыэюяьъ",
        loans: "ёцщ",
        loan_pairs: "",
        words: "һәм белән бу өчен бер дип диде ди турында буенча аның ул да дә булган булды булып бар юк \
                кадәр соң тагын әмма ләкин хәзер үз иң күп каршы хәбәр ике өч кирәк ел елда яңа бүген аны \
                алар түгел шул ә яки генә иде элек арасында мөмкин",
        beginnings: "",
        endings: "ның нең лар ләр нар нәр ган гән кан кән ды де ты те да дә та тә га гә ка кә ны не \
                  лык лек ачак әчәк рга ргә учы үче",
    },
    Profile {
        language: "uz",
        script: Cyrillic,
        is_second: false,
        letters: "абвгғдеёжзийкқлмнопрстуўфхҳчшъэюя",
        loans: "цщыь",
        loan_pairs: "",
        words: "ва билан учун бу бир деб деди бўйича ҳақида унинг у ҳам бўлган бўлди бўлиб бор йўқ қадар \
                кейин яна аммо лекин энди ўз энг кўп қарши хабар икки уч керак йили йил янги бугун уни \
                улар эмас шу мазкур ушбу томонидан эди мумкин орасида",
        beginnings: "",
        endings: "нинг лар лари ган кан қан ди да га дан ни си лик ли оқда иш иши гача чи",
    },
    Profile {
        language: "uz",
        script: Latin,
        is_second: false,
        letters: "abdefghijklmnopqrstuvxyzcʻ",
        loans: "w",
        loan_pairs: "",
        words: "va bilan uchun bu bir deb dedi boʻyicha haqida uning u ham boʻlgan boʻldi boʻlib bor yoʻq \
                qadar keyin yana ammo lekin endi oʻz eng koʻp qarshi xabar ikki uch kerak yili yil yangi \
                bugun uni ular emas shu mazkur ushbu tomonidan edi mumkin orasida",
        beginnings: "",
        endings: "ning lar lari gan kan qan di da ga dan ni si lik li oqda ish ishi acha chi",
    },
    Profile {
        language: "tr",
        script: Latin,
        is_second: false,
        letters: "abcçdefgğhıijklmnoöprsştuüvyzâîû",
        loans: "",
        loan_pairs: "",
        words: "ve bir bu için de da ile olarak daha çok en olan ancak gibi sonra yeni kadar tarafından her \
                iki ise dedi değil göre ilk kendi veya o ne büyük üzere ya yıl arasında etti oldu var yok ki \
                mi mı eski üç önce ama",
        beginnings: "",
        endings: "lar ler ları leri nın nin nun nün dan den tan ten dı di du dü tı ti tu tü yor ak \
                  ek ık ik mış miş muş müş ıyor iyor lık lik ın in sı si yı yi ya ye acak ecek",
    },
    Profile {
        language: "de",
        script: Latin,
        is_second: false,
        letters: "abcdefghijklmnopqrstuvwxyzäöüß",
        loans: "",
        loan_pairs: "",
        words: "der die das und in den von zu mit im ist auf für ein eine einen einem einer des dem sich \
                nicht als auch an aus bei nach wie um hat sind war wird werden dass es er sie aber oder vom \
                zum zur über vor noch nur wir ich am gegen unter zwei",
        beginnings: "",
        endings: "ung ngen en er ern te ten der lich iche keit heit haft isch sche ter",
    },
    Profile {
        language: "en",
        script: Latin,
        is_second: false,
        letters: "abcdefghijklmnopqrstuvwxyz",
        loans: "",
        loan_pairs: "qa qy qo aq yq oq iq jy yj",
        words: "the of to and in a an is was for that on with by at as it he she are be this from have has \
                had his her their they were not but or which will would who after said its more been we you \
                than into over about new when out up down off no do can could may how why what where next \
                last two all back only against before under",
        beginnings: "",
        endings: "ing ed tion ment ly ies ers al ity ness able ous ive ght est ck ch sh rs ts \
                  ns ds ls ks ces ic on le ce ge ry er es ter der ler ps ws ke ty den ten ate \
                  ay lar tar dar",
    },
];
